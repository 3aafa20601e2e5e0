# shellcheck shell=bash
# propolis up: a cluster of one silo and three sleds with the instance 'demo'. Repeated, it changes nothing; when it fails, it leaves nothing running that it started.

run_up() {
    local programs began=$EPOCHREALTIME
    started_here=()
    [ $# -eq 0 ] || fail "'propolis up' takes no arguments, but got '$*'."
    make_folders
    mkdir -p "$CLUSTER"
    exec 9>"$CLUSTER/lock"
    flock -n 9 || fail "another 'propolis up' or 'down' of this checkout is at work."
    check_space
    trap 'up_undo' EXIT
    trap 'exit 130' INT TERM
    SLED_READY_SECONDS=${PROPOLIS_SLED_SECONDS:-240}
    prepare_up
    programs=$(program_images) || exit 1
    up_silo "$programs"
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

up_silo() {
    local began=$EPOCHREALTIME
    if silo_is_running; then
        say "the silo runs already at http://$(silo_address)."
        return
    fi
    say "starting the silo (a few seconds) ..."
    silo_start "$1"
    say "the silo answers at http://$(silo_address) ($(seconds_since "$began") s)."
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
    until demo_serial "$1" 2>/dev/null | grep -aq 'propolis-guest: ready'; do
        [ $((SECONDS - began)) -lt $DEMO_SECONDS ] || fail "the demo guest did not say that it is ready within $DEMO_SECONDS s; './propolis cli serial demo' shows its serial port."
        sleep 0.5
    done
}

# What the serial port of 'demo' has said: bytes as numbers, through silo, agent and propolis-server.
demo_serial() {
    http_get "$(silo_address)" "/v1/instances/$(demo_id "$1")/serial/history?most_recent=16384" |
        sed -n 's/.*"data": *\[\([0-9, ]*\)\].*/\1/p' | tr -s ', ' '\n' | LC_ALL=C awk 'NF { printf "%c", $1 }' || true
}

demo_id() { cluster_cli "$1" instance show demo --json | sed -n 's/.*"id": *"\(inst-[^"]*\)".*/\1/p' | head -n 1; }

show_serial() {
    echo "--- the end of the serial port of 'demo':"
    demo_serial "$1" | tr -d '\r' | sed 's/\x1b\[[0-9;]*[a-zA-Z]//g' | grep -av '^$' | tail -n 6 || true
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
