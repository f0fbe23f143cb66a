#!/usr/bin/env bash
# Drills healthy dumps and faults, and prints how many are told apart.
#
#   tests/corpus/run.sh [--engine local|docker|both] [--only PATTERN] [--jobs N] [--json FILE] [--keep] [--vhost FILE]
#
# The last line is "N passed, N failed". Exit code: 0 when every fault was caught for its own reason and every healthy dump passed, 1
# when not, 2 when it could not be tried. README.md beside this file tells how to add one.
set -euo pipefail
export LC_ALL=C

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

fail() {
    printf 'corpus: %s\n' "$1" >&2
    exit 2
}

engine=local
arguments=()
while [ $# -gt 0 ]; do
    case $1 in
        --engine)
            engine=${2:-}
            case $engine in local | docker | both) ;; *) fail "--engine '$engine'; use local, docker or both" ;; esac
            arguments+=("$1")
            shift
            ;;
        --keep) ;;
        --only | --jobs)
            [ $# -ge 2 ] || fail "$1 needs a value"
            arguments+=("$1")
            shift
            ;;
        --json | --vhost)
            # The runner works elsewhere.
            [ $# -ge 2 ] || fail "$1 needs a value"
            set -- "$1" "$(realpath -m -- "$2")" "${@:3}"
            arguments+=("$1")
            shift
            ;;
        *) fail "unknown argument '$1'; README.md beside this file has them all" ;;
    esac
    arguments+=("$1")
    shift
done
cd "$root"

# shellcheck source=/dev/null
command -v cargo >/dev/null || [ ! -e "$HOME/.cargo/env" ] || source "$HOME/.cargo/env"
tests/setup/rust.sh || fail 'Rust cannot build vhost with all that it has'
bins=$(tests/setup/postgres.sh):$(tests/setup/postgres-versions.sh) || fail 'there is no Postgres to work with'

docker_started=no
runner_pid=
# Shellcheck does not see that the trap calls it.
# shellcheck disable=SC2317,SC2329
clean_up() {
    local code=$?
    set +e
    # What the runner has made goes with it.
    [ -z "$runner_pid" ] || kill -TERM "$runner_pid" 2>/dev/null
    [ "$docker_started" = no ] || tests/setup/docker.sh stop
    exit "$code"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if [ "$engine" != local ]; then
    answer=$(tests/setup/docker.sh)
    eval "$answer"
    case $answer in *'# started by this call'*) docker_started=yes ;; esac
    tests/setup/image.sh 15
    arguments+=(--docker-host "$DOCKER_HOST")
fi
# As tests/run.sh builds it, so that neither makes the other build anew.
runner=$(cargo test --release --quiet --workspace --test corpus --no-run --message-format=json |
    sed -n 's/.*"executable":"\([^"]*\/corpus-[^"]*\)".*/\1/p')
[ -x "$runner" ] || fail 'the runner was not built'

# In the background, because a trap waits for what runs in front.
"$runner" --bins "$bins" ${arguments[@]+"${arguments[@]}"} &
runner_pid=$!
code=0
wait "$runner_pid" || code=$?
runner_pid=
exit "$code"
