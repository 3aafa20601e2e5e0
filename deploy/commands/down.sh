# shellcheck shell=bash
# propolis down [--purge]: stops what 'up' started, and nothing else. What it stored stays unless it is purged.

run_down() {
    local name folder
    case ${1:-} in
    '' | --purge) ;;
    *) fail "'propolis down' does not know '$1'; it knows --purge." ;;
    esac
    if [ ! -d "$CLUSTER" ]; then
        say "nothing runs that 'up' started."
        return
    fi
    exec 9>"$CLUSTER/lock"
    flock -w 60 9 || fail "another 'propolis up' or 'down' of this checkout is at work."
    for name in "${CLUSTER_SLEDS[@]}"; do cluster_sled_stop "$name" 9>&-; done
    for folder in $(silo_folders); do daemon_stop "$folder"; done
    # After the silos: it waits for its clients.
    daemon_stop "$CLUSTER/postgres"
    if [ "${1:-}" = --purge ]; then
        for name in "${CLUSTER_SLEDS[@]}"; do sled_remove "$name"; done
        rm -rf "$CLUSTER" "$(postgres_socket)"
        say "the cluster is stopped and everything it stored is removed."
    else
        say "the cluster is stopped; what it stored is kept ('./propolis up' goes on with it, 'down --purge' removes it)."
    fi
}
