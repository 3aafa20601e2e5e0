# shellcheck shell=bash
# propolis test [PROJECT...] [-- OPTION...]: builds the solution, runs every test project and then the scenarios, and sums up. The options
# go to the test programs, as in: propolis test Scenarios -- -class Propolis.Scenarios.DiskScenarios

# The scenarios take longest: guests boot in emulated sleds, and a whole cluster comes up and loses its parts.
PROJECT_SECONDS=1800

run_test() {
    local project passed=0 failed=0 skipped=0 wanted=() options=()
    while [ $# -gt 0 ] && [ "$1" != -- ]; do wanted+=("$1") && shift; done
    [ $# -eq 0 ] || options=("${@:2}")
    set -- "${wanted[@]}"
    make_folders
    need_dotnet
    need_tools timeout:coreutils
    results=$STATE/test
    rm -rf "$results"
    mkdir -p "$results"
    fetch_orleans
    build_tests "$@"
    prepare_scenarios "$@"
    while read -r project; do
        run_project "$project"
    done < <(test_projects "$@")
    name_skipped
    # The last line is for programs, too: nothing may stand before or behind it.
    if [ $skipped -gt 0 ]; then
        echo "$passed passed, $failed failed, $skipped skipped"
    else
        echo "$passed passed, $failed failed"
    fi
    [ $failed -eq 0 ] && [ $passed -gt 0 ]
}

# The whole solution, or just the projects named. One compiler server for the run: the environment may have switched it off.
build_tests() {
    local target targets=()
    if [ $# -gt 0 ]; then
        while read -r target; do targets+=("tests/$target"); done < <(test_projects "$@")
        [ ${#targets[@]} -gt 0 ] || fail "no test project's name holds $(printf "'%s' " "$@"); they are in the folder tests."
    else
        targets=(Propolis.sln)
    fi
    say "restoring and building (some minutes after a fresh clone) ..."
    for target in "${targets[@]}"; do
        (cd "$REPO" && dotnet build "$target" -c Release -v quiet --nologo -nodeReuse:false -p:UseSharedCompilation=true </dev/null >>"$results/build.log" 2>&1) || {
            grep -E 'error' "$results/build.log" | sort -u | head -n 20 >&2
            echo "0 passed, 1 failed"
            fail "$target does not build; the whole log is $results/build.log."
        }
    done
}

# Scenarios last: they need sleds, and a broken engine should show in smaller tests first.
test_projects() {
    local folder name
    for folder in "$REPO"/tests/*.Tests "$REPO"/tests/Propolis.Scenarios; do
        name=$(basename "$folder")
        if [ -e "$folder/$name.csproj" ] && is_wanted "$name" "$@"; then printf '%s\n' "$name"; fi
    done
}

is_wanted() {
    local name=$1 word
    shift
    [ $# -gt 0 ] || return 0
    for word in "$@"; do
        case $name in *"$word"*) return 0 ;; esac
    done
    return 1
}

# Images and programs before the clock of the scenarios runs.
prepare_scenarios() {
    is_wanted Propolis.Scenarios "$@" || return 0
    guest_images >/dev/null || exit 1
    PROPOLIS_PROGRAMS=$(program_images)/bin || exit 1
    export PROPOLIS_PROGRAMS
    if ! kvm_is_usable; then
        need_sled_tools
        qemu_image >/dev/null || exit 1
        sled_image >/dev/null || exit 1
    fi
}

# Adds to passed, failed and skipped of the caller.
run_project() {
    local name=$1 program code=0 began=$EPOCHREALTIME report=$results/$1.xml log=$results/$1.log
    program=$REPO/tests/$name/bin/Release/net10.0/$name
    say "running $name ..."
    timeout --kill-after=10 $PROJECT_SECONDS nice "$program" -xml "$report" -noColor "${options[@]}" </dev/null >"$log" 2>&1 || code=$?
    if [ ! -s "$report" ]; then
        failed=$((failed + 1))
        show_failure "$name" "$log" "ended with $code and without a report"
        return
    fi
    count_report "$report"
    if [ "$code" -ne 0 ]; then
        show_failure "$name" "$log" "has failures"
    fi
    echo "$name: $(attribute total "$report") tests in $(seconds_since "$began") s"
}

# attribute NAME REPORT: summed over the report's assemblies.
attribute() {
    grep -o '<assembly [^>]*>' "$2" | grep -o " $1=\"[0-9]*\"" | tr -dc '0-9\n' | awk '{ sum += $1 } END { print sum + 0 }'
}

count_report() {
    local errors
    errors=$(attribute errors "$1")
    passed=$((passed + $(attribute passed "$1")))
    failed=$((failed + $(attribute failed "$1") + errors))
    skipped=$((skipped + $(attribute skipped "$1") + $(attribute not-run "$1")))
}

show_failure() {
    {
        echo "--- $1 $3; the end of $2:"
        grep -vE '^\s*(Discover|Starting|Finished)' "$2" | tail -n 60
        echo "---"
    } >&2
}

name_skipped() {
    local report
    for report in "$results"/*.xml; do
        [ ! -e "$report" ] || tr "\n" " " <"$report" | sed "s/<test /\n<test /g" |
            sed -n "s/^<test .* name=\"\([^\"]*\)\" result=\"Skip\".*<reason><!\[CDATA\[\(.*\)\]\]><\/reason>.*/skipped: \1 (\2)/p"
    done
}
