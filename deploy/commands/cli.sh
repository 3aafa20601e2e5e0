# shellcheck shell=bash
# propolis cli ...: propolis-cli against the running cluster.

run_cli() {
    local programs
    make_folders
    silo_is_running || fail "no cluster runs; start it with './propolis up'."
    # The programs of the running cluster, even when a source has changed since.
    programs=$(readlink -f "/proc/$(cut -d ' ' -f 1 "$CLUSTER/silo/pid")/exe")
    PROPOLIS_SILO=http://$(silo_address) exec "$(dirname "$programs")/propolis-cli" "$@"
}
