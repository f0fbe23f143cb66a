#!/usr/bin/env bash
# Installs Debian packages, where that can be done; otherwise one line says what to install.
#
#   tests/setup/apt.sh PACKAGE...
#
# Calls that come at once wait for each other, and share one update of the lists.
set -euo pipefail

cache=${XDG_CACHE_HOME:-$HOME/.cache}/vhost-test

fail() {
    printf 'apt.sh: %s\n' "$1" >&2
    exit 1
}

command -v apt-get >/dev/null || fail "missing: $*; there is no apt-get here, so install them by hand"
[ "$(id -u)" = 0 ] || fail "missing: $*; as root: apt-get install $*"
mkdir -p "$cache"
exec 9>"$cache/apt.lock"
flock 9
log=$cache/apt-$1.log
updated=$cache/apt.updated
if [ -z "$(find "$updated" -mmin -60 2>/dev/null)" ]; then
    apt-get update -q >"$log" 2>&1 || fail "apt-get update failed; see $log"
    touch "$updated"
fi
DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "$@" >>"$log" 2>&1 9>&- ||
    fail "apt-get install $* failed; see $log"
