# shellcheck shell=bash
# propolis status [--json]: what runs, and where guests run on this machine.

run_status() {
    local virtualization=emulated silo=stopped
    case ${1:-} in
    '' | --json) ;;
    *) fail "'propolis status' does not know '$1'; it knows --json." ;;
    esac
    ! kvm_is_usable || virtualization=kvm
    ! silo_is_running || silo=running
    if [ "${1:-}" = --json ]; then
        status_json "$virtualization" "$silo"
    else
        status_text "$virtualization" "$silo"
    fi
}

status_text() {
    local name folder
    case $1 in
    kvm) echo "guests run directly on this machine (KVM)" ;;
    *) echo "guests run in emulated sleds (this machine has no usable KVM)" ;;
    esac
    for folder in $(silo_folders); do
        if daemon_is_running "$folder"; then echo "silo: running at http://$(cat "$folder/address")"; else echo "silo: stopped"; fi
    done
    [ "$(cluster_shape db)" != postgres ] || echo "PostgreSQL: $(if daemon_is_running "$CLUSTER/postgres"; then echo running; else echo stopped; fi)"
    for name in "${CLUSTER_SLEDS[@]}"; do
        ! daemon_is_running "$CLUSTER/$name" || echo "agent on this machine: $name"
    done
    sled_list | sed 's/^/sled: /'
    if [ "$2" = stopped ]; then
        echo "start with './propolis up'."
    else
        cluster_sleds | sed 's/^/heard by the silo: /'
        status_instances | sed 's/^/instance: /'
    fi
}

# Instances as lines "NAME PHASE SLED".
status_instances() {
    http_get "$(silo_address)" '/v1/instances?limit=100' | tr -d '\n' | sed 's/{"id":/\n&/g' |
        sed -n 's/^{"id":"[^"]*".*"name":"\([^"]*\)".*"phase":"\([a-z]*\)".*"sled":"\([^"]*\)".*/\1 \2 on \3/p'
}

status_json() {
    local name state pid ports folder separator='' address=''
    [ "$2" = stopped ] || address=$(silo_address)
    printf '{"virtualization":"%s","silo":{"state":"%s"' "$1" "$2"
    [ "$2" = stopped ] || printf ',"url":"http://%s","pid":%d' "$address" "$(running_silo_pid)"
    printf '},"silos":['
    for folder in $(silo_folders); do
        state=stopped
        ! daemon_is_running "$folder" || state=running
        printf '%s{"state":"%s"' "$separator" "$state"
        [ "$state" = stopped ] || printf ',"url":"http://%s","pid":%d' "$(cat "$folder/address")" "$(cut -d ' ' -f 1 "$folder/pid")"
        printf '}'
        separator=,
    done
    separator=
    printf '],"sleds":['
    while IFS=$'\t' read -r name state pid ports; do
        printf '%s{"name":"%s","state":"%s"' "$separator" "$name" "$state"
        [ "$state" = stopped ] || printf ',"pid":%d,"ports":"%s"' "${pid#pid }" "${ports#ports }"
        printf '}'
        separator=,
    done < <(status_sleds)
    printf '],"cluster_sleds":%s,"instances":%s}\n' "$(rest_page "$address" /v1/sleds)" "$(rest_page "$address" /v1/instances)"
}

# Emulated sleds and agents on this machine, tab separated as in sled_list.
status_sleds() {
    local name first
    sled_list
    for name in "${CLUSTER_SLEDS[@]}"; do
        if daemon_is_running "$CLUSTER/$name"; then
            first=$((22000 + 50 * $(cat "$CLUSTER/$name/slot")))
            printf '%s\trunning\tpid %s\tports %s\n' "$name" "$(cut -d ' ' -f 1 "$CLUSTER/$name/pid")" "$first-$((first + 49))"
        fi
    done
}

# The first page of a list as the silo gives it; null when none answers.
rest_page() {
    local body
    if [ -n "$1" ] && body=$(http_get "$1" "$2?limit=100") && [ -n "$body" ]; then printf '%s' "$body"; else printf 'null'; fi
}
