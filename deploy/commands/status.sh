# shellcheck shell=bash
# propolis status [--json]: what runs, and where guests run on this machine.

run_status() {
    local virtualization=emulated demo=stopped
    case ${1:-} in
    '' | --json) ;;
    *) fail "'propolis status' does not know '$1'; it knows --json." ;;
    esac
    ! kvm_is_usable || virtualization=kvm
    ! demo_is_running || demo=running
    if [ "${1:-}" = --json ]; then
        status_json "$virtualization" "$demo"
    else
        status_text "$virtualization" "$demo"
    fi
}

status_text() {
    case $1 in
    kvm) echo "guests run directly on this machine (KVM)" ;;
    *) echo "guests run in emulated sleds (this machine has no usable KVM)" ;;
    esac
    echo "demo guest: $2"
    sled_list | sed 's/^/sled: /'
    if [ "$2" = stopped ]; then echo "start with './propolis up'."; fi
}

status_json() {
    local name state pid ports separator=''
    printf '{"virtualization":"%s","demo":"%s","sleds":[' "$1" "$2"
    while IFS=$'\t' read -r name state pid ports; do
        printf '%s{"name":"%s","state":"%s"' "$separator" "$name" "$state"
        [ "$state" = stopped ] || printf ',"pid":%d,"ports":"%s"' "${pid#pid }" "${ports#ports }"
        printf '}'
        separator=,
    done < <(sled_list)
    printf ']}\n'
}
