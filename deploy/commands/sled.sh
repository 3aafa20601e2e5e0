# shellcheck shell=bash
# propolis sled ...: emulated sleds by hand, for developers.

sled_usage() {
    cat <<'USAGE'
propolis sled start NAME [--memory MIB] [--cpus N] [--disk FILE]... [--disk-ro FILE]... [--fresh]
propolis sled stop NAME          orderly; its disk /data stays
propolis sled kill NAME          a power failure
propolis sled remove NAME        kill it and remove its disk
propolis sled list
propolis sled exec NAME COMMAND [ARGUMENT...]
propolis sled shell NAME         a terminal
propolis sled terminal NAME SOCKET    a guest's serial port by its Unix socket (leave with Ctrl-])
propolis sled console NAME       what its kernel printed so far
USAGE
}

run_sled() {
    local verb=${1:-help} name=${2:-}
    shift || true
    case $verb in
    list) sled_list && return ;;
    help | -h | --help) sled_usage && return ;;
    esac
    [ -n "$name" ] || fail "'propolis sled $verb' needs the sled's name; see './propolis sled help'."
    check_sled_name "$name"
    shift
    case $verb in
    start) mount_built_images && sled_start "$name" "$@" ;;
    stop) sled_stop "$name" ;;
    kill) sled_kill "$name" ;;
    remove) sled_remove "$name" ;;
    exec) need_running_sled "$name" && sled_exec "$name" "$@" ;;
    shell) need_running_sled "$name" && sled_shell "$name" ;;
    terminal) need_running_sled "$name" && sled_terminal_at "$name" "${1:?the Unix socket of the serial port}" ;;
    console) cat "$(sled_folder "$name")/console.log" ;;
    *) fail "'propolis sled' does not know '$verb'; see './propolis sled help'." ;;
    esac
}
