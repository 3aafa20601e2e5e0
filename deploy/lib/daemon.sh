# shellcheck shell=bash
# Programs in the background: found again, and ended, by pid and start time, never by name. Needs sled.sh (process_start).

# daemon_start FOLDER PROGRAM [ARGUMENT...]: runs it in a session of its own, with its output in FOLDER/log. Descriptors 8 and 9 are locks of the script.
daemon_start() {
    local folder=$1 pid
    shift
    mkdir -p "$folder"
    setsid "$@" </dev/null >>"$folder/log" 2>&1 8>&- 9>&- &
    pid=$!
    disown "$pid"
    printf '%s %s\n' "$pid" "$(process_start "$pid")" >"$folder/pid"
}

daemon_is_running() {
    local pid start
    read -r pid start 2>/dev/null <"$1/pid" || return 1
    [ -n "$start" ] && [ "$(process_start "$pid")" = "$start" ]
}

# daemon_stop FOLDER [SECONDS]: in order, and after that time at once.
daemon_stop() {
    local pid waited=0
    if daemon_is_running "$1"; then
        read -r pid _ <"$1/pid"
        kill "$pid" 2>/dev/null || true
        while daemon_is_running "$1"; do
            sleep 0.1
            waited=$((waited + 1))
            if [ $waited -eq $((${2:-10} * 10)) ]; then kill -9 "$pid" 2>/dev/null || true; fi
        done
    fi
    rm -f "$1/pid"
}

# http_get IP:PORT PATH: the body; fails unless the answer is 200.
http_get() {
    # The inner shell expands these.
    # shellcheck disable=SC2016
    timeout 10 bash -c '
        exec 5<>"/dev/tcp/${1%:*}/${1##*:}" || exit 1
        printf "GET %s HTTP/1.0\r\nHost: %s\r\n\r\n" "$2" "$1" >&5
        IFS= read -r status <&5
        case $status in *" 200 "*) ;; *) exit 1 ;; esac
        while IFS= read -r line <&5 && [ "$line" != $'"'\r'"' ]; do :; done
        cat <&5
        echo' http_get "$1" "$2" 2>/dev/null
}

port_is_free() { ! (exec 5<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
