# shellcheck shell=bash
# propolis cli ...: propolis-cli against the running cluster.

run_cli() {
    local pid programs
    make_folders
    silo_is_running || fail "no cluster runs; start it with './propolis up'."
    # The programs of the running cluster, even when a source has changed since.
    pid=$(running_silo_pid) || exit 1
    programs=$(readlink "/proc/$pid/exe")
    PROPOLIS_SILO=$(silo_urls) exec "$(dirname "$programs")/propolis-cli" "$@"
}
