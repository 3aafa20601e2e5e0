# shellcheck shell=bash
# The cluster of './propolis up': one silo or several on this machine, three sleds with an agent each, the instance 'demo'. Needs daemon.sh, postgres.sh, sled.sh, images.sh.
#
# .data/cluster holds shape, silo/ (pid, log, address, the database), silo-2/ and so on, postgres/ if it is the cluster's own, and, where KVM is usable, sled-N/ of agents that run on this machine itself.

CLUSTER=$STATE/cluster
CLUSTER_SLEDS=(sled-1 sled-2 sled-3)
SILO_PORTS=(22950 22999)
SILO_SECONDS=90
AGENT_SECONDS=180
DEMO_SECONDS=300
SPACE_MIB=${PROPOLIS_SPACE_MIB:-3072}

# What the cluster was made as: lines "silos N" and "db TEXT" (empty: SQLite; postgres: a server of its own).
cluster_shape() { sed -n "s/^$1 //p" "$CLUSTER/shape" 2>/dev/null; }

# set_cluster_shape SILOS DB: empty words mean what it is already, or the usual.
set_cluster_shape() {
    local silos=${1:-$(cluster_shape silos)} db=${2:-$(cluster_shape db)}
    silos=${silos:-1}
    [ "$silos" = 1 ] || [ -n "$db" ] || fail "--silos $silos needs --db: several silos share a PostgreSQL ('--db postgres' runs one here)."
    # A cluster whose first start failed was nothing yet.
    if [ -e "$CLUSTER/silo/pid" ] || [ -e "$CLUSTER/silo/propolis.db" ] || [ -e "$CLUSTER/postgres/data/PG_VERSION" ] && [ -e "$CLUSTER/shape" ] && [ "$silos $db" != "$(cluster_shape silos) $(cluster_shape db)" ]; then
        fail "this cluster has $(cluster_shape silos) silo(s) and $(database_words "$(cluster_shape db)"); './propolis down --purge' makes room for another one."
    fi
    printf 'silos %s\ndb %s\n' "$silos" "$db" >"$CLUSTER/shape"
}

database_words() {
    case $1 in
    '') echo "SQLite" ;;
    postgres) echo "a PostgreSQL of its own" ;;
    *) echo "the PostgreSQL that --db named" ;;
    esac
}

# Folders of the silos: pid, log and address of each.
silo_folders() {
    local i
    echo "$CLUSTER/silo"
    for i in $(seq 2 "$(cluster_shape silos)" 2>/dev/null); do echo "$CLUSTER/silo-$i"; done
}

# The first silo that runs; the first one's when none does.
silo_address() {
    local folder
    for folder in $(silo_folders); do
        if daemon_is_running "$folder"; then
            cat "$folder/address"
            return
        fi
    done
    cat "$CLUSTER/silo/address" 2>/dev/null
}

# The pid of the first silo that runs; one that was just killed may be there as a process without a program.
running_silo_pid() {
    local folder pid
    for folder in $(silo_folders); do
        if daemon_is_running "$folder"; then
            pid=$(cut -d ' ' -f 1 "$folder/pid")
            ! readlink "/proc/$pid/exe" >/dev/null || { echo "$pid" && return; }
        fi
    done
    fail "no silo runs; start it with './propolis up'."
}

# All silos' URLs, with commas.
silo_urls() {
    local folder urls=
    for folder in $(silo_folders); do urls+=${urls:+,}http://$(cat "$folder/address"); done
    echo "$urls"
}

silo_is_running() {
    local folder
    for folder in $(silo_folders); do ! daemon_is_running "$folder" || return 0; done
    return 1
}

# silo_start FOLDER PROGRAMS: at its old address if that is free, since agents know it.
silo_start() {
    local folder=$1 programs=$2 began=$SECONDS address port db
    db=$(cluster_shape db)
    case $db in
    '') db=$CLUSTER/silo/propolis.db ;;
    postgres) db=$(postgres_connection) ;;
    esac
    mkdir -p "$folder"
    port=$(silo_port "$folder" address) || exit 1
    address=127.0.0.1:$port
    printf '%s\n' "$address" >"$folder/address"
    started_here+=("daemon_stop $folder")
    if [ "$(cluster_shape silos)" = 1 ]; then
        daemon_start "$folder" "$programs/bin/propolis-silo" run --listen "$address" --db "$db"
    else
        port=$(silo_port "$folder" members) || exit 1
        printf '127.0.0.1:%s\n' "$port" >"$folder/members"
        daemon_start "$folder" "$programs/bin/propolis-silo-orleans" run --listen "$address" --silo "127.0.0.1:$port" --gateway-port 0 --db "$db"
    fi
    until http_get "$address" /health/ready >/dev/null; do
        daemon_is_running "$folder" || fail "the silo ended: $(tail -n 1 "$folder/log")"
        [ $((SECONDS - began)) -lt $SILO_SECONDS ] || fail "the silo was not ready within $SILO_SECONDS s; its log is $folder/log."
        sleep 0.2
    done
}

# The ports for silos, each checkout from another one on: agents whose silo is away would take another cluster's silo at its address for their own.
silo_ports() {
    local first=${SILO_PORTS[0]} count=$((SILO_PORTS[1] - SILO_PORTS[0] + 1)) start i
    start=$((0x$(checkout_key) % count))
    for i in $(seq 0 $((count - 1))); do echo $((first + (start + i) % count)); done
}

# silo_port FOLDER WORD: a free port that no other silo of this cluster calls its own; that of the file WORD when it is free.
silo_port() {
    local port taken
    taken=$(cat "$CLUSTER"/silo*/address "$CLUSTER"/silo*/members 2>/dev/null | sed 's/.*://' || true)
    for port in $(sed 's/.*://' "$1/$2" 2>/dev/null) $(silo_ports | grep -vxF "$taken"); do
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
    silo_urls | tr , '\n' | sled_ssh "$1" sled "mkdir -p /data/agent && cat >/data/agent/silos.new && cd /data/agent && {
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
    local name=$1 programs=$2 folder=$CLUSTER/$1 slot first silo silos=()
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
    for silo in $(silo_urls | tr , ' '); do silos+=(--silo "$silo"); done
    daemon_start "$folder" "$REPO/deploy/cluster/keep-running" "$programs/bin/propolis-agent" run --sled "$name" --listen "127.0.0.1:$((first + 1))" \
        --ports "$((first + 2))-$((first + 49))" "${silos[@]}" --data "$folder/data" --images "$REPO/deploy/images"
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

cluster_cli() { PROPOLIS_SILO=$(silo_urls) "$1/bin/propolis-cli" "${@:2}"; }

check_space() {
    local folder free
    for folder in "$CACHE" "$STATE"; do
        free=$(($(df --output=avail -k "$folder" | tail -n 1) / 1024))
        [ "$free" -ge $SPACE_MIB ] || fail "needs $SPACE_MIB MiB of free disk space, but $folder has $free MiB."
    done
}
