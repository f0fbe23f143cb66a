#!/usr/bin/env bash
# The tests, with all their set-up: Rust's wasm target, Python, Node.js, Postgres, bubblewrap, a Docker engine and images with
# Postgres in them.
#
#   tests/run.sh [--again] [ARGUMENTS OF cargo test]
#
# What is missing is installed where that can be done as root with apt-get; otherwise one line says what to install. A Docker engine
# that already answers is used; without one a private engine is started, and stopped again at the end. --again takes the checks
# as an earlier call has built them, which saves a minute or two where a test is run over and over.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
source tests/steps.sh

again=no
if [ "${1:-}" = --again ]; then
    again=yes
    shift
fi

# shellcheck source=/dev/null
command -v cargo >/dev/null || [ ! -e "$HOME/.cargo/env" ] || source "$HOME/.cargo/env"
tests/setup/rust.sh

docker=$step_logs/docker.env
in_front=
# Shellcheck does not see that the trap calls it.
# shellcheck disable=SC2317,SC2329
clean_up() {
    local code=$?
    set +e
    trap '' INT TERM
    [ -z "$in_front" ] || { kill -TERM -- "-$in_front" && wait "$in_front"; } 2>/dev/null
    if grep -qs '# started by this call' "$docker"; then tests/setup/docker.sh stop; fi
    stop_steps
    exit "$code"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Runs a command with this script's own output. Bash hears of no signal while it waits for one that is not in the background.
in_front() {
    set -m
    "$@" </dev/null &
    set +m
    in_front=$!
    local code=0
    wait "$in_front" || code=$?
    in_front=
    return "$code"
}

set_up_docker() {
    tests/setup/docker.sh >"$docker"
    eval "$(cat "$docker")"
    tests/setup/image.sh
}

build_checks() {
    # Named, so that this does not wait for cargo, which compiles the tests meanwhile.
    export VHOST=${CARGO_TARGET_DIR:-$root/target}/release/vhost
    guest-checks/build.sh --languages
    tests/languages/run.sh
}

# Most of the set-up waits for the network, so it goes beside the compiler. What is there already takes no time.
step docker set_up_docker
step postgres tests/setup/postgres-versions.sh
tests/setup/languages.sh
VHOST_TEST_PG_BIN=$(tests/setup/postgres.sh)
export VHOST_TEST_PG_BIN
if [ "$again" = no ]; then
    in_front cargo build --release --package vhost --bin vhost
    step checks build_checks
fi
in_front cargo test --release --workspace --no-run "$@"
finish
VHOST_TEST_PG_BINS=$(tests/setup/postgres-versions.sh)
export VHOST_TEST_PG_BINS
eval "$(cat "$docker")"
export VHOST_TEST_DOCKER_HOST=$DOCKER_HOST
in_front cargo test --release --workspace "$@"
