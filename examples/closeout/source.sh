#!/usr/bin/env bash
# Starts and stops the look-alike of the incident's production database.
#
#   source.sh start [--scale N] [--dir DIR] [--bin DIR]
#   source.sh stop  [--dir DIR] [--bin DIR]
#
# --dir is where the state goes (default: state/ beside this file): source.pw, the password of workflow_admin; pg_service.conf, with
# the service "closeout"; source.dir, which names the directory of the cluster. The cluster itself is under /var/tmp, because a
# clone under /root cannot be entered by the unprivileged user that Postgres insists on, and because a socket's path may only have
# 107 bytes. `start` does nothing when this source already runs, and `stop` nothing when it does not.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
state=$here/state
scale=1
bin=

fail() {
    printf 'source.sh: %s\n' "$1" >&2
    exit 1
}

verb=${1:-}
[ $# -eq 0 ] || shift
while [ $# -gt 0 ]; do
    case $1 in
        --scale | --dir | --bin) [ $# -ge 2 ] || fail "$1 needs a value" ;;
        *) fail "unknown argument '$1'; use --scale N, --dir DIR or --bin DIR" ;;
    esac
    case $1 in
        --scale) scale=$2 ;;
        --dir) state=$2 ;;
        --bin) bin=$2 ;;
    esac
    shift 2
done
if [[ ! $scale =~ ^[0-9]+(\.[0-9]+)?$ || ! $scale =~ [1-9] ]]; then fail "--scale '$scale' is not a number above zero"; fi
mkdir -p "$state"
state=$(cd "$state" && pwd)
[ -n "$bin" ] || bin=$("$here/../../tests/setup/postgres.sh")
[ -x "$bin/initdb" ] || fail "--bin '$bin' has no initdb; name the directory of Postgres' server programs"

# Postgres refuses to run as root.
if [ "$(id -u)" = 0 ]; then
    user=postgres
    id -u "$user" >/dev/null 2>&1 || user=nobody
    as_user() { setpriv --reuid "$user" --regid "$(id -g "$user")" --clear-groups env HOME=/ "$@"; }
else
    user=$(id -un)
    as_user() { "$@"; }
fi

# The recorded cluster directory; nothing when there is none. Only a name that this script can have made is believed: it is about to
# be removed.
recorded() {
    local dir
    dir=$(cat "$state/source.dir" 2>/dev/null) || return 0
    [[ $dir =~ ^/var/tmp/vhost-closeout\.[A-Za-z0-9]{8}$ ]] || fail "$state/source.dir names '$dir', which is no directory of ours; remove that file"
    printf '%s\n' "$dir"
}

running() { as_user "$bin/pg_ctl" status -D "$1/data" >/dev/null 2>&1; }

stop() {
    local dir
    dir=$(recorded)
    if [ -n "$dir" ] && [ -d "$dir" ]; then
        if running "$dir"; then
            (cd / && as_user "$bin/pg_ctl" stop -D "$dir/data" -m immediate -s -t 60) || fail "the source in $dir did not stop"
        fi
        rm -rf -- "$dir"
    fi
    rm -f -- "$state/source.dir" "$state/source.scale" "$state/source.pw" "$state/pg_service.conf"
}

start() {
    local dir
    dir=$(recorded)
    if [ -n "$dir" ] && [ -d "$dir" ] && running "$dir" && [ -e "$state/source.scale" ]; then
        [ "$(cat "$state/source.scale")" = "$scale" ] || fail "the source already runs, at scale $(cat "$state/source.scale"); stop it first"
        printf 'source.sh: already running\n' >&2
        return
    fi
    # What an interrupted start left behind.
    stop
    trap 'stop' EXIT
    trap 'exit 130' INT TERM
    dir=$(mktemp -d /var/tmp/vhost-closeout.XXXXXXXX)
    printf '%s\n' "$dir" >"$state/source.dir"
    mkdir "$dir/socket"
    chmod 0700 "$dir/socket"
    if [ "$(id -u)" = 0 ]; then chown -R "$user:" "$dir"; fi
    cd /

    as_user "$bin/initdb" -D "$dir/data" -U postgres --encoding=UTF8 --locale=C.UTF-8 --no-sync >"$state/source.log" 2>&1 ||
        fail "initdb failed: $(tail -n 1 "$state/source.log") (all of it in $state/source.log)"
    # Nothing here has to survive a crash, and only the load is in a hurry.
    as_user tee -a "$dir/data/postgresql.conf" >/dev/null <<-CONF
	listen_addresses = ''
	unix_socket_directories = '$dir/socket'
	fsync = off
	full_page_writes = off
	synchronous_commit = off
	wal_level = minimal
	max_wal_senders = 0
	max_wal_size = 8GB
	shared_buffers = 256MB
	autovacuum = off
	CONF
    # The machine's owner of the cluster administers it; everybody else needs a password, and only workflow_admin has one.
    printf 'local all postgres peer map=owner\nlocal all all scram-sha-256\n' | as_user tee "$dir/data/pg_hba.conf" >/dev/null
    printf 'owner %s postgres\nowner root postgres\n' "$user" | as_user tee "$dir/data/pg_ident.conf" >/dev/null
    as_user "$bin/pg_ctl" start -D "$dir/data" -l "$dir/server.log" -s -w -t 60 ||
        fail "the source did not start: $(tail -n 1 "$dir/server.log")"

    admin() { PGHOST=$dir/socket PGPORT=5432 PGUSER=postgres PGOPTIONS='' PGSERVICEFILE=/dev/null "$bin/psql" -X -q -v ON_ERROR_STOP=1 "$@"; }
    admin -d postgres -c 'CREATE DATABASE directus TEMPLATE template0'
    admin -d directus -v "scale=$scale" -f "$here/sql/build.sql" >"$state/source.log" 2>&1 ||
        fail "loading the look-alike failed: $(grep -m 1 -E 'ERROR|FATAL|error' "$state/source.log") (all of it in $state/source.log)"
    # The password is made and used without ever being an argument: psql reads the statement from its standard input.
    local password
    password=$(head -c 24 /dev/urandom | base64 | tr '+/' 'xy')
    (umask 077 && rm -f "$state/source.pw" && printf '%s\n' "$password" >"$state/source.pw")
    printf "ALTER ROLE workflow_admin PASSWORD '%s';\n" "$password" | admin -d postgres
    cat >"$state/pg_service.conf" <<-CONF
	[closeout]
	host=$dir/socket
	port=5432
	dbname=directus
	user=workflow_admin
	sslmode=disable
	CONF
    printf '%s\n' "$scale" >"$state/source.scale"
    rm -f "$state/source.log"
    trap - EXIT INT TERM
}

case $verb in
    start) start ;;
    stop) stop ;;
    *) fail "unknown verb '$verb'; use start or stop" ;;
esac
