# shellcheck shell=bash
# Orleans' packages: builds take Orleans in when they are in the local NuGet cache (Directory.Build.props). Needs say.sh, paths.sh, tools.sh.

ORLEANS_TRY_AGAIN_MINUTES=60

# Brings the packages into the cache if they can be had; if not, says so in one line, and does not try again for an hour.
fetch_orleans() {
    ! orleans_is_cached || return 0
    if [ -z "$(find "$CACHE/orleans.unavailable" -mmin -$ORLEANS_TRY_AGAIN_MINUTES 2>/dev/null)" ]; then
        say "fetching Orleans' packages (half a minute, once) ..."
        ! restore_orleans || return 0
        touch "$CACHE/orleans.unavailable"
    fi
    say "Orleans' packages cannot be had ($CACHE/orleans.log says why): building without the Orleans host; everything else works."
}

# The same question as Directory.Build.props asks.
orleans_is_cached() {
    local version package
    version=$(sed -n 's|.*<OrleansVersion>\(.*\)</OrleansVersion>.*|\1|p' "$REPO/Directory.Build.props")
    for package in server client reminders testinghost; do
        [ -e "${NUGET_PACKAGES:-${HOME:-/root}/.nuget/packages}/microsoft.orleans.$package/$version/.nupkg.metadata" ] || return 1
    done
}

# For the hash of what is built.
orleans_word() { if orleans_is_cached; then echo "with Orleans"; else echo "without Orleans"; fi; }

restore_orleans() {
    mkdir -p "$CACHE"
    (cd "$REPO" && timeout 300 dotnet restore deploy/orleans/Orleans.csproj --artifacts-path "$REPO/.data/orleans" </dev/null >"$CACHE/orleans.log" 2>&1 9>&-) && orleans_is_cached
}
