# shellcheck shell=bash
# propolis up [--silos N] [--db postgres|URL]: a cluster of a silo (or several) and three sleds with the instance 'demo'. Repeated, it changes nothing; when it fails, it leaves nothing running that it started.

run_up() {
    local programs silos='' db='' began=$EPOCHREALTIME
    started_here=()
    while [ $# -gt 0 ]; do
        case $1 in
        --silos) [[ ${2:-} =~ ^[1-5]$ ]] || fail "--silos must be 1 to 5." && silos=$2 ;;
        --db) case ${2:-} in
            postgres | postgres://* | postgresql://*) db=$2 ;;
            *) fail "--db must be 'postgres' (a server of the cluster's own) or postgres://user:password@host:port/database." ;;
            esac ;;
        *) fail "'propolis up' does not know '$1'; it knows --silos N and --db postgres|URL." ;;
        esac
        shift 2
    done
    make_folders
    mkdir -p "$CLUSTER"
    exec 9>"$CLUSTER/lock"
    flock -n 9 || fail "another 'propolis up' or 'down' of this checkout is at work."
    set_cluster_shape "$silos" "$db"
    check_space
    trap 'up_undo' EXIT
    trap 'exit 130' INT TERM
    SLED_READY_SECONDS=${PROPOLIS_SLED_SECONDS:-240}
    prepare_up
    programs=$(program_images) || exit 1
    up_silos "$programs"
    up_sleds "$programs"
    up_demo "$programs"
    trap - EXIT INT TERM
    say "the cluster is up ($(seconds_since "$began") s)."
    show_serial "$programs"
    print_next_commands
}

# Images before the clock runs: each is built once.
prepare_up() {
    guest_images >/dev/null || exit 1
    if ! kvm_is_usable; then
        need_sled_tools
        sled_image >/dev/null || exit 1
    fi
}

up_undo() {
    local code=$? step
    trap - EXIT INT TERM
    if [ $code -ne 0 ] && [ ${#started_here[@]} -gt 0 ]; then
        say "ending what was started ..."
        for step in "${started_here[@]}"; do $step >/dev/null 2>&1 || true; done
    fi
    exit $code
}

up_silos() {
    local folder began
    if [ "$(cluster_shape db)" = postgres ] && ! daemon_is_running "$CLUSTER/postgres"; then
        say "starting PostgreSQL ..."
        postgres_start "$CLUSTER/postgres"
    fi
    if [ "$(cluster_shape silos)" -gt 1 ]; then
        [ -x "$1/bin/propolis-silo-orleans" ] && orleans_is_cached || fail "several silos need Orleans, whose packages cannot be had here ($CACHE/orleans.log says why)."
    fi
    for folder in $(silo_folders); do
        began=$EPOCHREALTIME
        if daemon_is_running "$folder"; then
            say "the silo runs already at http://$(cat "$folder/address")."
            continue
        fi
        say "starting the silo (a few seconds) ..."
        silo_start "$folder" "$1"
        say "the silo answers at http://$(cat "$folder/address") ($(seconds_since "$began") s)."
    done
}

up_sleds() {
    local name pids=() began=$EPOCHREALTIME where='emulated, about half a minute'
    ! kvm_is_usable || where='agents on this machine, a few seconds'
    mount_built_images "$1"
    for name in "${CLUSTER_SLEDS[@]}"; do
        if ! cluster_sled_is_running "$name"; then
            [ ${#pids[@]} -gt 0 ] || say "starting sleds ($where) ..."
            started_here+=("cluster_sled_stop $name")
            (trap - EXIT INT TERM && cluster_sled_start "$name" "$1") 9>&- &
            pids+=($!)
        fi
    done
    for name in "${pids[@]}"; do wait "$name" || fail "a sled did not start; the reason is above."; done
    for name in "${CLUSTER_SLEDS[@]}"; do kvm_is_usable || tell_agent "$name"; done
    [ ${#pids[@]} -gt 0 ] || say "the sleds ${CLUSTER_SLEDS[*]} run already."
    cluster_wait_agents
    [ ${#pids[@]} -eq 0 ] || say "the silo hears the agents of ${CLUSTER_SLEDS[*]} ($(seconds_since "$began") s)."
}

up_demo() {
    local began=$EPOCHREALTIME made=no
    if ! cluster_cli "$1" instance show demo >/dev/null 2>&1; then
        say "creating the instance 'demo' and booting it (half a minute when emulated) ..."
        cluster_cli "$1" instance create -f "$REPO/deploy/examples/demo.toml" >/dev/null || fail "the instance 'demo' could not be created; the reason is above."
        made=yes
    fi
    if cluster_cli "$1" instance show demo --json | grep -q '"desired": *"running"'; then
        cluster_cli "$1" wait demo --for running --timeout ${DEMO_SECONDS}s >/dev/null || fail "the instance 'demo' does not run; the reason is above ('./propolis cli events' tells more)."
        demo_wait_ready "$1"
    else
        say "note: the instance 'demo' is there and not wanted to run ('./propolis cli instance start demo')."
    fi
    [ $made = no ] || say "the instance 'demo' runs ($(seconds_since "$began") s)."
}

demo_wait_ready() {
    local began=$SECONDS
    # It says so once, early: a guest that runs for long has said much since.
    until demo_serial "$1" 'from_start=0&max_bytes=65536' 2>/dev/null | grep -aq 'propolis-guest: ready'; do
        [ $((SECONDS - began)) -lt $DEMO_SECONDS ] || fail "the demo guest did not say that it is ready within $DEMO_SECONDS s; './propolis cli serial demo' shows its serial port."
        sleep 0.5
    done
}

# What the serial port of 'demo' has said: bytes as numbers, through silo, agent and propolis-server.
demo_serial() {
    http_get "$(silo_address)" "/v1/instances/$(demo_id "$1")/serial/history?$2" |
        sed -n 's/.*"data": *\[\([0-9, ]*\)\].*/\1/p' | tr -s ', ' '\n' | LC_ALL=C awk 'NF { printf "%c", $1 }' || true
}

demo_id() { cluster_cli "$1" instance show demo --json | sed -n 's/.*"id": *"\(inst-[^"]*\)".*/\1/p' | head -n 1; }

show_serial() {
    echo "--- the end of the serial port of 'demo':"
    demo_serial "$1" most_recent=16384 | tr -d '\r' | sed 's/\x1b\[[0-9;]*[a-zA-Z]//g' | grep -av '^$' | tail -n 6 || true
    echo
    echo "---"
}

print_next_commands() {
    cat <<NEXT
Next:
  ./propolis cli instance list         what runs where
  ./propolis cli serial demo           a shell in the demo guest (leave with Ctrl-A Ctrl-C)
  ./propolis cli sled list             the sleds
  ./propolis cli instance stop demo    stop it; 'start', 'reboot', 'relocate' and 'delete' are there, too
  ./propolis cli events                what happened, and why
  ./propolis status                    what runs on this machine
  ./propolis down                      stop it all ('down --purge' forgets it, too)
NEXT
}
