# shellcheck shell=bash
# The demo guest: one virtual machine in the background, on this machine or in the sled 'demo'. Needs images.sh, sled.sh.

DEMO=$STATE/demo
DEMO_READY_SECONDS=120

# Whether this process started it and it still runs: by pid and start time, on this machine or in the sled.
demo_is_running() {
    local place pid start
    read -r place pid start 2>/dev/null <"$DEMO/pid" || return 1
    case $place in
    host) [ "$(process_start "$pid")" = "$start" ] ;;
    sled) sled_is_running demo && sled_exec demo test -d "/proc/$pid" </dev/null ;;
    esac
}

demo_start() {
    local programs=$1
    rm -rf "$DEMO"
    mkdir -p "$DEMO"
    if kvm_is_usable; then
        demo_start_here "$programs"
    else
        demo_start_in_sled
    fi
    demo_wait
}

demo_start_here() {
    local pid
    (cd "$DEMO" && exec setsid "$1/bin/propolis-standalone" --console "$REPO/deploy/examples/demo.toml" </dev/null >"$DEMO/serial.log" 2>&1) &
    pid=$!
    printf 'host %s %s\n' "$pid" "$(process_start "$pid")" >"$DEMO/pid"
}

# The demo's configuration names only files in ../images, which every sled has.
demo_start_in_sled() {
    local pid
    mount_built_images
    sled_start demo
    sled_ssh demo sled 'mkdir -p /data/demo/examples && ln -sfn /images /data/demo/images && cat >/data/demo/examples/demo.toml' \
        <"$REPO/deploy/examples/demo.toml"
    pid=$(sled_ssh demo sled 'cd /data/demo && (setsid propolis-standalone --console examples/demo.toml </dev/null >serial.log 2>&1 & echo $!)' </dev/null)
    printf 'sled %s -\n' "$pid" >"$DEMO/pid"
}

demo_serial() {
    if [ -e "$DEMO/serial.log" ]; then
        cat "$DEMO/serial.log"
    else
        sled_exec demo cat /data/demo/serial.log </dev/null 2>/dev/null
    fi
}

demo_wait() {
    local began=$SECONDS
    until demo_serial | grep -aq 'propolis-guest: ready'; do
        if ! demo_is_running || [ $((SECONDS - began)) -ge $DEMO_READY_SECONDS ]; then
            demo_serial | tail -n 25 >&2
            fail "the demo guest did not come up within $DEMO_READY_SECONDS s; the end of its serial port is above."
        fi
        sleep 0.3
    done
}

demo_stop() {
    local place pid
    if [ ! -e "$DEMO/pid" ]; then
        say "nothing runs that 'up' started."
        return
    fi
    read -r place pid _ <"$DEMO/pid"
    if [ "$place" = host ] && demo_is_running; then
        kill "$pid"
        while demo_is_running; do sleep 0.1; done
    fi
    [ "$place" = host ] || sled_remove demo
    rm -rf "$DEMO"
    say "the demo guest is stopped."
}

demo_terminal_hint() {
    if kvm_is_usable; then
        echo "socat -,raw,echo=0,escape=0x1d UNIX-CONNECT:.data/demo/ttya"
    else
        echo "./propolis sled terminal demo /data/demo/ttya"
    fi
}
