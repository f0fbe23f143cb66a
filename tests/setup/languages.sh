#!/usr/bin/env bash
# Makes sure that Python 3.10 with venv and Node.js 20 with npm are here, for the checks in other languages than Rust.
set -euo pipefail

fail() {
    printf 'languages.sh: %s\n' "$1" >&2
    exit 1
}

has_python() {
    python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))' 2>/dev/null
}

has_node() {
    command -v npm >/dev/null && node -e 'process.exit(process.versions.node.split(".")[0] < 20 ? 1 : 0)' 2>/dev/null
}

missing=()
has_python || missing+=(python3 python3-venv)
has_node || missing+=(nodejs npm)
[ "${#missing[@]}" -gt 0 ] || exit 0

command -v apt-get >/dev/null || fail "missing: ${missing[*]}; there is no apt-get here, so install them by hand"
[ "$(id -u)" = 0 ] || fail "missing: ${missing[*]}; as root: apt-get install ${missing[*]}"
log=$(mktemp /tmp/vhost-apt.XXXXXXXX)
apt-get update -q >"$log" 2>&1 || fail "apt-get update failed; see $log"
DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "${missing[@]}" >>"$log" 2>&1 ||
    fail "apt-get install ${missing[*]} failed; see $log"
rm -f "$log"
has_python || fail 'this Python is older than 3.10; install a newer one'
has_node || fail 'this Node.js is older than 20; install a newer one'
