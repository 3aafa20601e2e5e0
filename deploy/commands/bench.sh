# shellcheck shell=bash
# propolis bench [NAME...] [-- OPTION...]: measures, prints tables, and writes figures to .data/bench and tests/Propolis.Bench/RESULTS.md.

BENCHES="crucible fuzz"

bench_usage() {
    cat <<'USAGE'
propolis bench [NAME...] [-- OPTION...]

  crucible    replicated disks: requests, cipher, reconciliation and live repair
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
        bench_on_host "$name" "$@"
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
