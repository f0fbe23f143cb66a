#!/usr/bin/env bash
# Makes sure that Postgres' server programs and bubblewrap are here; prints the directory of the programs.
#
# Postgres 15 is taken where there are several, because that is what the tests and the image vhost-postgres:15 are made with;
# otherwise the newest, which must be at least 15.
set -euo pipefail

fail() {
    printf 'postgres.sh: %s\n' "$1" >&2
    exit 1
}

find_bin() {
    local dir found=
    if [ -x /usr/lib/postgresql/15/bin/initdb ]; then
        printf '/usr/lib/postgresql/15/bin\n'
        return
    fi
    for dir in $(printf '%s\n' /usr/lib/postgresql/*/bin /usr/pgsql-*/bin | sort -V) "$(dirname "$(command -v initdb || echo /nowhere/initdb)")"; do
        if [ ! -x "$dir/initdb" ] || [ ! -x "$dir/postgres" ] || [ ! -x "$dir/pg_dump" ]; then continue; fi
        [ "$("$dir/pg_dump" --version | sed -E 's/^[^0-9]*([0-9]+).*/\1/')" -ge 15 ] || continue
        found=$dir
    done
    printf '%s\n' "$found"
}

missing=()
[ -n "$(find_bin)" ] || missing+=(postgresql)
command -v bwrap >/dev/null || missing+=(bubblewrap)

if [ "${#missing[@]}" -gt 0 ]; then
    if [ "$(id -u)" = 0 ]; then
        # Only the programs are wanted. Without this, Debian's package would also create a cluster and start it on port 5432.
        no_cluster=/etc/postgresql-common/createcluster.d/vhost-tests.conf
        mkdir -p "${no_cluster%/*}"
        trap 'rm -f "$no_cluster"' EXIT
        printf 'create_main_cluster = false\n' >"$no_cluster"
    fi
    apt=$(dirname "${BASH_SOURCE[0]}")/apt.sh
    if [ "${missing[0]}" != postgresql ] || ! "$apt" "${missing[@]/%postgresql/postgresql-15}" 2>/dev/null; then
        "$apt" "${missing[@]}" >&2
    fi
fi

bin=$(find_bin)
[ -n "$bin" ] || fail 'Postgres is installed, but not version 15 or later; install postgresql-15 or newer'
printf '%s\n' "$bin"
