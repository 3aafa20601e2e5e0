# shellcheck shell=bash
# propolis bench [NAME...] [-- OPTION...]: measures, prints tables, and writes figures to .data/bench and tests/Propolis.Bench/RESULTS.md.

BENCHES="crucible engine migration controlplane fuzz"

bench_usage() {
    cat <<'USAGE'
propolis bench [NAME...] [-- OPTION...]

  crucible    replicated disks: requests, cipher, reconciliation and live repair
  engine      our engine beside QEMU: exits, boot, disks; in an emulated sled where this machine has no KVM
  migration   live migration of a guest over loopback; in an emulated sled, too
  controlplane  one silo with a thousand simulated sleds and twenty thousand instances
  fuzz        random guests against every device for ten minutes; fails on a crash

Without a name all of them run, one after the other. Options behind -- go to the bench; 'propolis bench NAME -- --help' lists them.
Figures go to .data/bench/NAME.json, and over the sections of tests/Propolis.Bench/RESULTS.md.
USAGE
}

run_bench() {
    local names=() name
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        case $1 in
        -h | --help) bench_usage && return ;;
        esac
        case " $BENCHES " in
        *" $1 "*) names+=("$1") ;;
        *) fail "there is no bench '$1'; there are: $BENCHES." ;;
        esac
        shift
    done
    [ $# -eq 0 ] || shift
    [ ${#names[@]} -gt 0 ] || read -ra names <<<"$BENCHES"
    make_folders
    need_dotnet
    build_bench
    for name in "${names[@]}"; do
        say "bench $name ..."
        case $name in
        engine | migration) bench_where_guests_run "$name" "$@" ;;
        *) bench_on_host "$name" "$@" ;;
        esac
    done
}

build_bench() {
    say "building the bench ..."
    (cd "$REPO" && dotnet build tests/Propolis.Bench -c Release -v quiet --nologo -nodeReuse:false </dev/null >"$STATE/bench-build.log" 2>&1) || {
        grep -E 'error' "$STATE/bench-build.log" | sort -u | head -n 20 >&2
        fail "the bench does not build; the whole log is $STATE/bench-build.log."
    }
}

bench_on_host() {
    "$REPO/tests/Propolis.Bench/bin/Release/net10.0/Propolis.Bench" "$@" \
        --json "$STATE/bench" --results "$REPO/tests/Propolis.Bench/RESULTS.md"
}

# Where guests run, there their benches run.
bench_where_guests_run() {
    local programs name=$1
    shift
    guest_images >/dev/null || exit 1
    programs=$(program_images) || exit 1
    if ! kvm_is_usable; then
        bench_in_sled "$name" "$@"
    elif [ "$name" = migration ]; then
        bench_on_host migration --images "$REPO/deploy/images" "$@"
    else
        need_tools qemu-system-x86_64:qemu-system-x86
        bench_on_host engine --images "$REPO/deploy/images" --standalone "$programs/bin/propolis-standalone" \
            --qemu "$(command -v qemu-system-x86_64)" --folder "$STATE/bench" "$@"
    fi
}

bench_in_sled() {
    local name=$1 results=$REPO/tests/Propolis.Bench/RESULTS.md work=/data/bench code=0
    shift
    qemu_image >/dev/null || exit 1
    publish_bench
    bench_sled=bench-$$
    trap 'sled_remove "$bench_sled" 2>/dev/null' EXIT
    mount_built_images
    SLED_IMAGES+=" $STATE/bench-program.img"
    sled_start "$bench_sled" --memory 3072 --cpus 2
    sled_exec "$bench_sled" mkdir -p $work </dev/null
    [ ! -e "$results" ] || sled_exec "$bench_sled" sh -c "cat >$work/RESULTS.md" <"$results"
    [ "$name" = migration ] || set -- --folder $work "$@"
    sled_exec "$bench_sled" /opt/bench/bin/Propolis.Bench "$name" --json $work --results $work/RESULTS.md "$@" </dev/null || code=$?
    [ $code -eq 0 ] || fail "the bench in the sled ended with $code."
    mkdir -p "$STATE/bench"
    sled_exec "$bench_sled" cat "$work/$name.json" </dev/null >"$STATE/bench/$name.json"
    sled_exec "$bench_sled" cat $work/RESULTS.md </dev/null >"$STATE/bench/results.md" && cp "$STATE/bench/results.md" "$results"
    sled_remove "$bench_sled"
}

# An image of the bench with its own runtime, for a sled to mount.
publish_bench() {
    need_build_tools
    say "publishing the bench for a sled ..."
    rm -rf "$STATE/bench-program"
    (cd "$REPO" && dotnet publish tests/Propolis.Bench -c Release -r linux-x64 --self-contained --artifacts-path "$STATE/publish" \
        -o "$STATE/bench-program/bin" -v quiet --nologo </dev/null >"$STATE/bench-build.log" 2>&1) || {
        grep -E 'error' "$STATE/bench-build.log" | sort -u | head -n 20 >&2
        fail "the bench cannot be published; the whole log is $STATE/bench-build.log."
    }
    echo /opt/bench >"$STATE/bench-program/.mount-at"
    make_ext4 "$STATE/bench-program" "$STATE/bench-program.img" 4 bench
}
