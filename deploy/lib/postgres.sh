# shellcheck shell=bash
# A PostgreSQL of the cluster's own ('./propolis up --db postgres'), reached by a socket in a private folder. Needs say.sh, paths.sh, daemon.sh.

POSTGRES_SECONDS=60

postgres_socket() { printf '/tmp/propolis-pg-%s' "$(checkout_key)"; }

postgres_connection() { printf 'Host=%s;Username=propolis;Database=postgres' "$(postgres_socket)"; }

postgres_program() {
    local found
    found=$(command -v "$1" || ls -d /usr/lib/postgresql/*/bin/"$1" 2>/dev/null | sort -V | tail -n 1)
    [ -n "$found" ] || fail "'--db postgres' needs PostgreSQL's program '$1' (Debian: apt-get install postgresql); or name a database of yours with --db postgres://..."
    printf '%s\n' "$found"
}

# PostgreSQL refuses to run as root: then a user that owns nothing else runs it.
postgres_user() {
    if [ "$(id -u)" = 0 ]; then
        if id postgres >/dev/null 2>&1; then echo postgres; else echo nobody; fi
    fi
}

# postgres_start FOLDER: makes the database when it is new.
postgres_start() {
    local folder=$1 began=$SECONDS user initdb server as=()
    ! daemon_is_running "$folder" || return 0
    initdb=$(postgres_program initdb) || exit 1
    server=$(postgres_program postgres) || exit 1
    mkdir -p "$folder/data" "$(postgres_socket)"
    chmod 700 "$folder/data" "$(postgres_socket)"
    user=$(postgres_user)
    if [ -n "$user" ]; then
        need_tools setpriv:util-linux
        as=(setpriv "--reuid=$user" "--regid=$(id -g "$user")" --clear-groups)
        chown -R "$user" "$folder/data" "$(postgres_socket)"
        "${as[@]}" test -w "$folder/data" || fail "the user '$user', as which PostgreSQL runs, cannot reach $folder/data; set PROPOLIS_STATE to a folder that it can enter."
    fi
    if [ ! -e "$folder/data/PG_VERSION" ]; then
        "${as[@]}" "$initdb" -D "$folder/data" -U propolis -A trust -E UTF8 --locale=C >"$folder/log" 2>&1 || fail "initdb failed; $folder/log says why."
    fi
    : >"$folder/log"
    started_here+=("daemon_stop $folder")
    daemon_start "$folder" "${as[@]}" "$server" -D "$folder/data" -k "$(postgres_socket)" -c listen_addresses= -c max_connections=200
    until grep -q 'ready to accept connections' "$folder/log"; do
        daemon_is_running "$folder" || fail "PostgreSQL ended: $(tail -n 1 "$folder/log")"
        [ $((SECONDS - began)) -lt $POSTGRES_SECONDS ] || fail "PostgreSQL was not ready within $POSTGRES_SECONDS s; its log is $folder/log."
        sleep 0.2
    done
}
