# shellcheck shell=bash
# propolis standalone CONFIG [OPTION...]: runs propolis-standalone, directly where KVM is usable, else in a sled of its own.

# Larger read-only files become disks of the sled instead of being packed.
PACK_LIMIT=$((512 * 1048576))
# Smaller written files (UEFI variables) are copied into the sled and back; larger ones become its disks.
COPY_BACK_LIMIT=1048576

standalone_usage() {
    cat <<'USAGE'
propolis standalone CONFIG [OPTION...]

Runs the virtual machine that the TOML file CONFIG describes, with the terminal on its first serial port (Ctrl-A Ctrl-C leaves).
Options go to propolis-standalone: -s (Ctrl-C takes a snapshot), -r (CONFIG is a snapshot to restore), --log-level LEVEL.
Examples are in deploy/examples. Without KVM on this machine it runs inside an emulated sled: writable disks and small written
files persist on this machine all the same.
USAGE
}

run_standalone() {
    local programs
    case ${1:-} in
    '' | -h | --help) standalone_usage && return ;;
    esac
    make_folders
    guest_images >/dev/null || exit 1
    programs=$(program_images) || exit 1
    if kvm_is_usable; then
        exec "$programs/bin/propolis-standalone" --console "$@"
    fi
    standalone_in_sled "$programs" "$@"
}

standalone_in_sled() {
    local programs=$1 sled=run-$$ files code=0
    shift
    work=$(mktemp -d "$STATE/standalone.XXXXXX")
    trap 'sled_remove "run-$$" 2>/dev/null; rm -rf "$work"' EXIT
    files=$("$programs/bin/propolis-standalone" --files "$@") || exit $?
    files+=$'\n'r$'\t'$(realpath -s "$1")
    place_files "$files"
    need_build_tools
    make_ext4 "$work/pack" "$work/files.img" 4 files >/dev/null
    mount_built_images "$programs"
    SLED_IMAGES+=" $work/files.img"
    sled_start "$sled" --memory "$(sled_memory_for "$1")" "${sled_disks[@]}"
    sled_exec "$sled" sh /files/place "$PWD" </dev/null || fail "the sled could not lay out the files of '$1'."
    sled_terminal "$sled" "cd ${PWD@Q} && exec propolis-standalone --console ${*@Q}" || code=$?
    sled_is_running "$sled" || fail "the sled ended while the guest ran; what it wrote to disks is kept."
    copy_back "$sled"
    return "$code"
}

# Sorts the configuration's files into packed copies, links and disks. Fills work/pack, and sled_disks and copied for the caller.
place_files() {
    local mode path real number=0
    sled_disks=()
    copied=()
    mkdir -p "$work/pack"
    echo /files >"$work/pack/.mount-at"
    # shellcheck disable=SC2016
    printf 'set -e\nmkdir -p "$1"\n' >"$work/pack/place"
    while IFS=$'\t' read -r mode path; do
        [ -n "$path" ] || continue
        real=$(realpath -m "$path")
        printf 'mkdir -p %s\n' "$(dirname "$path" | quoted)" >>"$work/pack/place"
        place_file "$mode" "$path" "$real" "$number"
        number=$((number + 1))
    done < <(printf '%s\n' "$1" | sort -u -t "$(printf '\t')" -k 2,2 -k 1,1r | awk -F '\t' '!seen[$2]++')
}

place_file() {
    local mode=$1 path=$2 real=$3 number=$4 size
    size=$(stat -c %s "$real" 2>/dev/null || echo 0)
    if [ "$mode" = r ] && [ "$(dirname "$real")" = "$CACHE/guest-$(guest_hash)" ]; then
        link_in_sled "/images/$(basename "$real")" "$path"
    elif [ "$mode" = r ] && [ "$size" -gt $PACK_LIMIT ]; then
        link_in_sled "/dev/disk/disk$((${#sled_disks[@]} / 2))" "$path"
        sled_disks+=(--disk-ro "$real")
    elif [ "$mode" = w ] && [ "$size" -ge $COPY_BACK_LIMIT ] && [ $((size % 512)) -eq 0 ]; then
        link_in_sled "/dev/disk/disk$((${#sled_disks[@]} / 2))" "$path"
        sled_disks+=(--disk "$real")
    else
        [ ! -e "$real" ] || cp "$real" "$work/pack/$number"
        [ "$mode" = r ] || copied+=("$path")
        if [ "$mode" = r ]; then
            link_in_sled "/files/$number" "$path"
        elif [ -e "$real" ]; then
            printf 'cp /files/%s %s\n' "$number" "${path@Q}" >>"$work/pack/place"
        fi
    fi
}

link_in_sled() { printf '[ -e %s ] || ln -s %s %s\n' "${2@Q}" "$1" "${2@Q}" >>"$work/pack/place"; }

quoted() {
    local text
    IFS= read -r text
    printf '%s' "${text@Q}"
}

# The guest's memory and 1 GiB for the sled itself; a sled takes from this machine only what it touches.
sled_memory_for() {
    local guest
    guest=$( (tar -xOf "$1" config.toml 2>/dev/null || cat "$1") | sed -n 's/^[[:space:]]*memory[[:space:]]*=[[:space:]]*\([0-9]*\).*/\1/p' | head -n 1)
    printf '%d\n' $((${guest:-1024} + 1024))
}

sled_terminal() {
    if [ -t 0 ] && [ -t 1 ]; then
        sled_ssh "$1" -e none -tt sled "$2"
    else
        sled_ssh "$1" -e none sled "$2"
    fi
}

# Written small files return to their places, files that are new in the working directory (snapshots) to this one.
copy_back() {
    local path
    for path in "${copied[@]}"; do
        if sled_exec "$1" test -f "$path" </dev/null; then
            sled_exec "$1" cat "$path" </dev/null >"$work/back" && cp "$work/back" "$path"
        fi
    done
    sled_exec "$1" sh -c 'cd "$1" && find . -maxdepth 1 -type f -print0 | xargs -0 -r tar -cf -' sh "$PWD" </dev/null >"$work/new.tar"
    [ ! -s "$work/new.tar" ] || tar -xkf "$work/new.tar" -C "$PWD" 2>/dev/null || true
}
