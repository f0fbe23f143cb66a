#!/usr/bin/env bash
# The tests, with all their set-up: Rust's wasm target, Python, Node.js, Postgres, bubblewrap, a Docker engine and an image with
# Postgres in it.
#
#   tests/run.sh [ARGUMENTS OF cargo test]
#
# What is missing is installed where that can be done as root with apt-get; otherwise one line says what to install. A Docker engine
# that already answers is used; without one a private engine is started, and stopped again at the end.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

fail() {
    printf 'run.sh: %s\n' "$1" >&2
    exit 2
}

# shellcheck source=/dev/null
command -v cargo >/dev/null || [ ! -e "$HOME/.cargo/env" ] || source "$HOME/.cargo/env"
command -v cargo >/dev/null || fail 'Rust is not installed; see https://rustup.rs'
if [ ! -d "$(rustc --print target-libdir --target wasm32-wasip2)" ]; then
    command -v rustup >/dev/null || fail 'this Rust has no target wasm32-wasip2 and no rustup to add it; install the target'
    rustup target add wasm32-wasip2 || fail 'rustup could not add the target wasm32-wasip2'
fi

tests/setup/languages.sh
VHOST_TEST_PG_BIN=$(tests/setup/postgres.sh)
export VHOST_TEST_PG_BIN
VHOST_TEST_PG_BINS=$(tests/setup/postgres-versions.sh)
export VHOST_TEST_PG_BINS

docker_started=no
# Shellcheck does not see that the trap calls it.
# shellcheck disable=SC2317
clean_up() {
    local code=$?
    set +e
    [ "$docker_started" = no ] || tests/setup/docker.sh stop
    exit "$code"
}
trap clean_up EXIT
answer=$(tests/setup/docker.sh)
eval "$answer"
case $answer in *'# started by this call'*) docker_started=yes ;; esac
tests/setup/image.sh
export VHOST_TEST_DOCKER_HOST=$DOCKER_HOST

guest-checks/build.sh --languages
tests/languages/run.sh
cargo test --release --workspace "$@"
