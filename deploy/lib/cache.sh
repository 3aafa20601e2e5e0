# shellcheck shell=bash
# Cached builds: a folder NAME-HASH per content hash of what made it. Two builders at once wait for each other (flock), and a
# builder that is killed half-way leaves only a folder aside, never a half-made result under the final name.

# content_hash FILE|FOLDER|TEXT...: the hash of all names (relative to the repository) and contents.
content_hash() {
    local part
    for part in "$@"; do
        if [ -d "$part" ]; then
            (cd "$part" && find . -name bin -prune -o -name obj -prune -o -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum)
        elif [ -f "$part" ]; then
            sha256sum <"$part"
        else
            printf '%s\n' "$part"
        fi
    done | sha256sum | cut -c1-16
}

# cached NAME HASH BUILDER [ARGUMENT...]: prints the result's folder. BUILDER ARGUMENT... FOLDER runs only when it is missing, in
# a subshell with -e: any failing command fails the build.
cached() {
    local name=$1 hash=$2
    shift 2
    local final=$CACHE/$name-$hash
    if [ ! -d "$final" ]; then
        mkdir -p "$CACHE"
        build_aside "$name" "$final" "$@" || return 1
    fi
    touch "$final"
    printf '%s\n' "$final"
}

# The builder gets no descriptor of a lock, neither of this one nor of the cluster's: what it leaves running (compiler servers) must not hold it.
build_aside() {
    local name=$1 final=$2 aside=$2.$BASHPID.aside
    shift 2
    (
        flock 8
        [ ! -d "$final" ] || exit 0
        rm -rf "$CACHE/$name"-*.aside
        mkdir -p "$aside"
        bash -euo pipefail "$@" "$aside" >"$CACHE/$name.log" 2>&1 8>&- 9>&- || {
            echo "propolis: the build of $name failed; the end of its log $CACHE/$name.log:" >&3
            tail -n 20 "$CACHE/$name.log" >&3
            exit 1
        }
        sync "$aside" 2>/dev/null || true
        mv "$aside" "$final"
        drop_old_results "$name"
    ) 8>"$CACHE/$name.lock" 3>&2
}

# Keeps the eight results of NAME used last: other checkouts may still use theirs.
drop_old_results() {
    local old
    # Names are made by this script and hold no spaces.
    # shellcheck disable=SC2012
    ls -dt "$CACHE/$1"-*[0-9a-f] 2>/dev/null | tail -n +9 | while read -r old; do
        case $old in "$CACHE/$1"-????????????????) rm -rf "$old" ;; esac
    done
}
