#!/usr/bin/env bash
# Makes sure that Rust can build checks. It comes before any build of vhost: what was built without the target has no `selftest`.
set -euo pipefail

cache=${XDG_CACHE_HOME:-$HOME/.cache}/vhost-test

fail() {
    printf 'rust.sh: %s\n' "$1" >&2
    exit 1
}

command -v cargo >/dev/null || fail 'Rust is not installed; see https://rustup.rs'
mkdir -p "$cache"
exec 9>"$cache/rust.lock"
flock 9
if [ ! -d "$(rustc --print target-libdir --target wasm32-wasip2)" ]; then
    command -v rustup >/dev/null || fail 'this Rust has no target wasm32-wasip2 and no rustup to add it; install the target'
    rustup target add wasm32-wasip2 >&2 || fail 'rustup could not add the target wasm32-wasip2'
fi
