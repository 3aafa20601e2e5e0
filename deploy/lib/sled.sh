# shellcheck shell=bash
# Starting, stopping and commanding emulated sleds. Needs lib/say.sh, paths.sh, cache.sh, tools.sh.
#
# A sled NAME is a QEMU process and the folder .data/sleds/NAME: pid (with the process's start time), slot, console.log, qemu.log,
# ssh_config, data.img (its disk: kept when the sled is killed, as after a power failure; removed by sled_remove).

SLED_READY_SECONDS=${PROPOLIS_SLED_SECONDS:-60}

sled_folder() { printf '%s\n' "$STATE/sleds/$1"; }
sled_socket() { printf '%s\n' "$SOCKETS/$(checkout_key)-$1.$2"; }

# The image's folder, built when missing.
sled_image() {
    local hash
    hash=$(content_hash "$REPO/deploy/sled" "$REPO/deploy/lib/debian.sh")
    if [ ! -d "$CACHE/sled-$hash" ]; then
        need_build_tools
        say "building the sled's image from Debian packages (about a minute, once) ..."
    fi
    cached sled "$hash" "$REPO/deploy/sled/build.sh"
}

# process_start PID: the kernel's start time; with the pid it names one process for ever.
process_start() {
    local stat
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    # The program's name may hold spaces: count fields behind its closing bracket.
    stat=${stat##*) }
    # shellcheck disable=SC2086
    set -- $stat
    printf '%s\n' "${20}"
}

sled_is_running() {
    local pid start
    read -r pid start 2>/dev/null <"$(sled_folder "$1")/pid" || return 1
    [ "$(process_start "$pid")" = "$start" ]
}

check_sled_name() {
    [[ $1 =~ ^[a-z][a-z0-9-]{0,19}$ ]] || fail "'$1' is no sled name: use up to 20 of a-z, 0-9 and '-', beginning with a letter."
}

# sled_start NAME [--memory MIB] [--cpus N] [--disk FILE] [--disk-ro FILE] [--fresh]: returns when commands can come. Starting a
# running sled changes nothing. Disks appear in the sled as /dev/disk/disk0, disk1, ... in the
# order given.
sled_start() {
    local name=$1 memory=2048 cpus=2 fresh=no image folder began=$EPOCHREALTIME disks=()
    shift
    check_sled_name "$name"
    while [ $# -gt 0 ]; do
        case $1 in
        --memory) memory=$2 && shift 2 ;;
        --cpus) cpus=$2 && shift 2 ;;
        --disk | --disk-ro) disks+=("$1=$2") && shift 2 ;;
        --fresh) fresh=yes && shift ;;
        *) fail "'sled start' does not know '$1'; it knows --memory, --cpus, --disk, --disk-ro and --fresh." ;;
        esac
    done
    [[ $cpus =~ ^[1-9][0-9]?$ ]] || fail "--cpus '$cpus': a sled has 1 to 99 CPUs."
    if sled_is_running "$name"; then
        say "the sled '$name' runs already."
        return
    fi
    need_sled_tools
    make_folders
    image=$(sled_image) || exit 1
    folder=$(sled_folder "$name")
    [ "$fresh" = no ] || rm -rf "$folder"
    mkdir -p "$folder"
    [ -e "$folder/data.img" ] || cp --sparse=always --no-preserve=mode "$image/data.img" "$folder/data.img"
    sled_launch "$name" "$image" "$memory" "$cpus" "${disks[@]}"
    sled_wait_ready "$name"
    say "the sled '$name' is up after $(seconds_since "$began") s."
}

# Tries the slots of the port scheme in turn, the one it had before first: others know its addresses. The lock on a slot is held by the QEMU process itself: it goes when QEMU goes.
sled_launch() {
    local name=$1 slot
    for slot in $(cat "$(sled_folder "$name")/slot" 2>/dev/null) $(seq 0 18); do
        # Group 7: the descriptor that QEMU inherits.
        exec 7>"$PORT_LOCKS/$slot"
        if flock -n 7 && sled_launch_at "$slot" "$@"; then
            exec 7>&-
            return
        fi
        exec 7>&-
    done
    fail "all 19 port ranges for sleds (127.0.0.1:22000-22949) are taken; stop a sled first ('$0 sled list')."
}

sled_launch_at() {
    local slot=$1 name=$2 image=$3 memory=$4 cpus=$5 spare= folder first last forwards port arguments pid
    shift 5
    # QEMU changes the first CPU's flags on behalf of others, without a lock: no guest may run there once there are others (README.md, "Emulated sleds of several CPUs").
    if ((cpus > 1)); then
        cpus=$((cpus + 1))
        spare=" isolcpus=0"
    fi
    folder=$(sled_folder "$name")
    first=$((22000 + slot * 50))
    last=$((first + 49))
    forwards=hostfwd=tcp:127.0.0.1:$first-:22
    for ((port = first + 1; port <= last; port++)); do forwards+=,hostfwd=tcp:127.0.0.1:$port-:$port; done
    arguments=(-name "propolis-sled-$name" -machine pc -accel "tcg,thread=multi" -cpu "max,la57=off" -smp "$cpus" -m "$memory"
        -nodefaults -display none -no-reboot
        -kernel "$image/vmlinuz" -initrd "$image/initrd.img"
        -append "console=ttyS0 quiet loglevel=4 panic=-1 no_timer_check tsc=reliable mitigations=off nokaslr random.trust_cpu=on net.ifnames=0 propolis.name=$name propolis.ports=$first-$last$spare"
        -serial "file:$folder/console.log"
        -qmp "unix:$(sled_socket "$name" qmp),server=on,wait=off"
        -netdev "user,id=net0,$forwards" -device virtio-net-pci,netdev=net0,romfile=
        -device virtio-rng-pci)
    add_drive root "file=$image/root.img,snapshot=on"
    add_drive data "file=$folder/data.img,cache=writeback,discard=unmap"
    add_mounted_images
    add_disks "$@"
    rm -f "$folder/console.log" "$folder/pid" "$(sled_socket "$name" qmp)"
    setsid qemu-system-x86_64 "${arguments[@]}" </dev/null >"$folder/qemu.log" 2>&1 &
    pid=$!
    disown "$pid"
    printf '%s %s\n' "$pid" "$(process_start "$pid")" >"$folder/pid"
    printf '%s\n' "$slot" >"$folder/slot"
    write_ssh_config "$name" "$image" "$first"
    sled_took_ports "$name"
}

# add_drive ID OPTIONS: a virtio disk with this serial number, appended to the caller's `arguments`.
add_drive() {
    arguments+=(-drive "if=none,id=$1,format=raw,$2" -device "virtio-blk-pci,drive=$1,serial=$1")
}

# QEMU reads a doubled comma as one.
qemu_path() { printf '%s' "${1//,/,,}"; }

# Read-only images that every sled gets when they have been built: programs, guest images, QEMU.
add_mounted_images() {
    local image number=0
    for image in ${SLED_IMAGES:-}; do
        add_drive "image$number" "file=$image,readonly=on"
        number=$((number + 1))
    done
}

add_disks() {
    local disk number=0
    for disk in "$@"; do
        case $disk in
        --disk=*) add_drive "disk$number" "file=$(qemu_path "${disk#*=}"),cache=writeback,discard=unmap" ;;
        --disk-ro=*) add_drive "disk$number" "file=$(qemu_path "${disk#*=}"),readonly=on" ;;
        esac
        number=$((number + 1))
    done
}

# False when a port of the range belongs to another program: the next slot may be free. Any other end of QEMU is shown.
sled_took_ports() {
    local folder
    folder=$(sled_folder "$1")
    until [ -s "$folder/console.log" ] || [ -S "$(sled_socket "$1" qmp)" ]; do
        sled_is_running "$1" || break
        sleep 0.02
    done
    sled_is_running "$1" && return
    grep -q 'host forwarding' "$folder/qemu.log" && return 1
    tail -n 5 "$folder/qemu.log" >&2
    fail "QEMU for the sled '$1' ended at once; its words are above and in $folder/qemu.log."
}

write_ssh_config() {
    cat >"$(sled_folder "$1")/ssh_config" <<CONFIG
Host sled
  HostName 127.0.0.1
  Port $3
  User root
  IdentityFile $2/key
  IdentitiesOnly yes
  UserKnownHostsFile $2/known_hosts
  HostKeyAlias propolis-sled
  StrictHostKeyChecking yes
  PreferredAuthentications publickey
  LogLevel ERROR
  ConnectTimeout 20
  ServerAliveInterval 30
  ControlPath $(sled_socket "$1" ssh)
CONFIG
}

# Waits for the console's word, then opens the one connection that all commands share.
sled_wait_ready() {
    local name=$1 folder began=$SECONDS
    folder=$(sled_folder "$name")
    until grep -q '^propolis-sled: ready' "$folder/console.log" 2>/dev/null; do
        sled_is_running "$name" || sled_failed "$name" "the sled '$name' ended while starting"
        [ $((SECONDS - began)) -lt "$SLED_READY_SECONDS" ] || sled_failed "$name" "the sled '$name' was not up within $SLED_READY_SECONDS s"
        sleep 0.05
    done
    rm -f "$(sled_socket "$name" ssh)"
    setsid ssh -F "$folder/ssh_config" -o ControlMaster=yes -o ControlPersist=yes -fN sled </dev/null >"$folder/ssh.log" 2>&1 ||
        sled_failed "$name" "the sled '$name' takes no commands ($(tail -n 1 "$folder/ssh.log"))"
}

sled_failed() {
    local folder
    folder=$(sled_folder "$1")
    {
        echo "--- the end of $folder/console.log:"
        tail -n 25 "$folder/console.log" 2>/dev/null || cat "$folder/qemu.log"
        echo "---"
    } >&2
    sled_kill "$1"
    fail "$2; the end of its console is above."
}

need_running_sled() {
    sled_is_running "$1" || fail "no sled '$1' runs; start it with './propolis sled start $1'."
}

# sled_ssh NAME [SSH-OPTION...] COMMAND...: standard input and output are binary safe, the exit code is the command's.
sled_ssh() {
    local name=$1
    shift
    ssh -F "$(sled_folder "$name")/ssh_config" -o ControlMaster=no "$@"
}

# sled_exec NAME COMMAND [ARGUMENT...]: arguments reach the command as they are.
sled_exec() {
    local name=$1
    shift
    sled_ssh "$name" sled -- "${*@Q}"
}

# A guest's serial port, raw, until Ctrl-].
sled_terminal_at() { sled_ssh "$1" -e none -tt sled "exec socat -,raw,echo=0,escape=0x1d UNIX-CONNECT:$2"; }

sled_shell() { sled_ssh "$1" -tt sled; }

# A power failure.
sled_kill() {
    local pid
    ssh -F "$(sled_folder "$1")/ssh_config" -O exit sled 2>/dev/null || true
    if sled_is_running "$1"; then
        read -r pid _ <"$(sled_folder "$1")/pid"
        kill -9 "$pid" 2>/dev/null || true
        while sled_is_running "$1"; do sleep 0.02; done
    fi
    rm -f "$(sled_folder "$1")/pid" "$(sled_socket "$1" qmp)" "$(sled_socket "$1" ssh)"
}

# An orderly stop: what programs in the sled wrote reaches its disk.
sled_stop() {
    if sled_is_running "$1"; then
        sled_ssh "$1" sled 'sync; umount -r /data 2>/dev/null || umount -l /data' </dev/null >/dev/null 2>&1 || true
    fi
    sled_kill "$1"
}

sled_remove() {
    sled_kill "$1"
    rm -rf "$(sled_folder "$1")"
}

sled_list() {
    local folder name state
    for folder in "$STATE"/sleds/*/; do
        [ -d "$folder" ] || continue
        name=$(basename "$folder")
        state=stopped
        if sled_is_running "$name"; then
            # Tab separated, so that other programs can cut it.
            state="running	pid $(cut -d ' ' -f 1 "$folder/pid")	ports $((22000 + 50 * $(cat "$folder/slot")))-$((22049 + 50 * $(cat "$folder/slot")))"
        fi
        printf '%s\t%s\n' "$name" "$state"
    done
}
