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
keep=no
arguments=()
while [ $# -gt 0 ]; do
    case $1 in
        --engine)
            engine=${2:-}
            case $engine in local | docker | both) ;; *) fail "--engine '$engine'; use local, docker or both" ;; esac
            arguments+=("$1")
            shift
            ;;
        --keep) keep=yes ;;
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
command -v cargo >/dev/null || fail 'Rust is not installed; see https://rustup.rs'
bins=$(tests/setup/postgres.sh):$(tests/setup/postgres-versions.sh) || fail 'there is no Postgres to work with'

work=
docker_started=no
# Shellcheck does not see that the trap calls it.
# shellcheck disable=SC2317
clean_up() {
    local code=$? pid_file
    set +e
    if [ -n "$work" ]; then
        # The runner stops its servers, unless something ended it first.
        for pid_file in "$work"/.tmp*/data/postmaster.pid; do
            [ ! -e "$pid_file" ] || kill -QUIT "$(head -n 1 "$pid_file")"
        done
        if [ "$keep" = yes ]; then
            printf 'corpus: kept %s\n' "$work" >&2
        else
            rm -rf -- "$work"
        fi
    fi
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

# Everybody can enter it: servers and sandboxes have users of their own.
work=$(mktemp -d /var/tmp/vhost-corpus.XXXXXXXX)
chmod 755 "$work"
TMPDIR=$work "$runner" --work "$work" --bins "$bins" ${arguments[@]+"${arguments[@]}"}
