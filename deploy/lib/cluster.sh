# shellcheck shell=bash
# The cluster of './propolis up': one silo on this machine, three sleds with an agent each, the instance 'demo'. Needs daemon.sh, sled.sh, images.sh.
#
# .data/cluster holds silo/ (pid, log, address, the database) and, where KVM is usable, sled-N/ of agents that run on this machine itself.

CLUSTER=$STATE/cluster
CLUSTER_SLEDS=(sled-1 sled-2 sled-3)
SILO_PORTS=(22950 22999)
SILO_SECONDS=90
AGENT_SECONDS=180
DEMO_SECONDS=300
SPACE_MIB=${PROPOLIS_SPACE_MIB:-3072}

silo_address() { cat "$CLUSTER/silo/address" 2>/dev/null; }
silo_is_running() { daemon_is_running "$CLUSTER/silo"; }

# silo_start PROGRAMS: at its old address if that is free, since agents know it.
silo_start() {
    local programs=$1 began=$SECONDS address
    mkdir -p "$CLUSTER/silo"
    address=127.0.0.1:$(silo_port) || exit 1
    printf '%s\n' "$address" >"$CLUSTER/silo/address"
    started_here+=("daemon_stop $CLUSTER/silo")
    daemon_start "$CLUSTER/silo" "$programs/bin/propolis-silo" run --listen "$address" --db "$CLUSTER/silo/propolis.db"
    until http_get "$address" /health/ready >/dev/null; do
        silo_is_running || fail "the silo ended: $(tail -n 1 "$CLUSTER/silo/log")"
        [ $((SECONDS - began)) -lt $SILO_SECONDS ] || fail "the silo was not ready within $SILO_SECONDS s; its log is $CLUSTER/silo/log."
        sleep 0.2
    done
}

silo_port() {
    local old port
    old=$(silo_address || true)
    for port in ${old##*:} $(seq "${SILO_PORTS[@]}"); do
        if port_is_free "$port"; then
            printf '%s\n' "$port"
            return
        fi
    done
    fail "all ports for silos (127.0.0.1:${SILO_PORTS[0]}-${SILO_PORTS[1]}) are taken; stop a program that listens there."
}

# cluster_sled_start NAME PROGRAMS: an emulated sled whose init runs the agent, or an agent on this machine.
cluster_sled_start() {
    if kvm_is_usable; then
        agent_start_here "$1" "$2"
    else
        sled_start "$1" --memory "${PROPOLIS_SLED_MEMORY:-1536}" --cpus "${PROPOLIS_SLED_CPUS:-1}"
        tell_agent "$1"
    fi
}

cluster_sled_is_running() {
    if kvm_is_usable; then daemon_is_running "$CLUSTER/$1"; else sled_is_running "$1"; fi
}

# The sled's agent reads both files when it starts (sled/sled-agent); a silo at another address makes it start again.
tell_agent() {
    printf 'http://%s\n' "$(silo_address)" | sled_ssh "$1" sled "mkdir -p /data/agent && cat >/data/agent/silos.new && cd /data/agent && {
        cmp -s silos silos.new && rm silos.new || {
            mv silos.new silos
            echo $1 >sled.new && mv sled.new sled && sync
            for process in /proc/[0-9]*; do
                [ \"\$(readlink \$process/exe)\" != /opt/propolis/bin/propolis-agent ] || kill \${process#/proc/}
            done
        }
    }" || fail "the sled '$1' does not take its agent's settings."
}

# Keeps the sled's port range by the same locks as emulated sleds; VMs that outlive their agent keep it, too.
agent_start_here() {
    local name=$1 programs=$2 folder=$CLUSTER/$1 slot first
    mkdir -p "$folder"
    for slot in $(cat "$folder/slot" 2>/dev/null) $(seq 0 18); do
        exec 7>"$PORT_LOCKS/$slot"
        if flock -n 7 || [ "$(cat "$folder/slot" 2>/dev/null)" = "$slot" ]; then break; fi
        exec 7>&-
        slot=
    done
    [ -n "$slot" ] || fail "all 19 port ranges for sleds (127.0.0.1:22000-22949) are taken; stop a sled first."
    printf '%s\n' "$slot" >"$folder/slot"
    first=$((22000 + slot * 50))
    daemon_start "$folder" "$REPO/deploy/cluster/keep-running" "$programs/bin/propolis-agent" run --sled "$name" --listen "127.0.0.1:$((first + 1))" \
        --ports "$((first + 2))-$((first + 49))" --silo "http://$(silo_address)" --data "$folder/data" --images "$REPO/deploy/images"
    exec 7>&-
}

# VMs and regions' servers on this machine outlive their agents by design: they are ended by the pids that the agent wrote down.
processes_stop_here() {
    local record pid start
    for record in "$CLUSTER/$1"/data/instances/*/*/vmm.json "$CLUSTER/$1"/data/regions/*/region.json; do
        [ -e "$record" ] || continue
        pid=$(sed -n 's/.*"pid":\([0-9]*\).*/\1/p' "$record")
        start=$(sed -n 's/.*"start_ticks":\([0-9]*\).*/\1/p' "$record")
        if [ -n "$pid" ] && [ "$(process_start "$pid")" = "$start" ]; then kill -9 "$pid" 2>/dev/null || true; fi
    done
}

cluster_sled_stop() {
    if [ -d "$CLUSTER/$1" ]; then
        daemon_stop "$CLUSTER/$1"
        processes_stop_here "$1"
    fi
    sled_stop "$1"
}

# Sleds that the silo hears, as lines "NAME POLICY HEALTH".
cluster_sleds() {
    http_get "$(silo_address)" '/v1/sleds?limit=100' | tr -d ' \n' | sed 's/{"id":/\n&/g' |
        sed -n 's/^{"id":"\([^"]*\)".*"policy":"\([a-z_]*\)","health":"\([a-z]*\)".*/\1 \2 \3/p'
}

cluster_wait_agents() {
    local began=$SECONDS name heard
    for name in "${CLUSTER_SLEDS[@]}"; do
        until heard=$(cluster_sleds) && grep -qE "^$name (expunged .*|.* reachable)$" <<<"$heard"; do
            cluster_sled_is_running "$name" || fail "the sled '$name' ended."
            [ $((SECONDS - began)) -lt $AGENT_SECONDS ] || fail "the silo did not hear of '$name' within $AGENT_SECONDS s; the end of its agent's log: $(agent_log "$name" | tail -n 1)"
            sleep 0.3
        done
        ! grep -q "^$name expunged" <<<"$heard" || say "note: '$name' was expunged and takes no instances any more ('./propolis down --purge' makes a new cluster)."
    done
}

agent_log() {
    if [ -d "$CLUSTER/$1" ]; then cat "$CLUSTER/$1/log"; else sled_exec "$1" tail -n 50 /data/agent/agent.log </dev/null 2>/dev/null; fi
}

cluster_cli() { PROPOLIS_SILO=http://$(silo_address) "$1/bin/propolis-cli" "${@:2}"; }

check_space() {
    local folder free
    for folder in "$CACHE" "$STATE"; do
        free=$(($(df --output=avail -k "$folder" | tail -n 1) / 1024))
        [ "$free" -ge $SPACE_MIB ] || fail "needs $SPACE_MIB MiB of free disk space, but $folder has $free MiB."
    done
}
