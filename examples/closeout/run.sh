#!/usr/bin/env bash
# Replays the closeout: builds vhost and its checks, starts the look-alike of production, drills it, shows the report, and stops
# what it started.
#
#   examples/closeout/run.sh [--engine local|docker] [--scale N] [--keep-source]
#
# --engine docker restores into a container, with the incident's three dry-run containers beside it as protected neighbours.
# --scale 50 makes the incident's 683 MB dump; the default, 1, makes 16 MB. --keep-source leaves the source running.
# The exit code is vhost's: 0 PASS, 1 FAIL, 2 usage or configuration (a failed set-up counts as that), 3 INCONCLUSIVE.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
state=$here/state
engine=local
scale=1
keep_source=no
neighbours=(pg-dry-run-v0.2-p0-2 pg-dry-run-v0.2-phase-alpha pg-dry-run-hb05)

fail() {
    printf 'run.sh: %s\n' "$1" >&2
    exit 2
}

say() { printf '\n== %s\n' "$1" >&2; }

while [ $# -gt 0 ]; do
    case $1 in
        --engine)
            engine=${2:-}
            [ "$engine" = local ] || [ "$engine" = docker ] || fail "--engine is local or docker, not '$engine'"
            shift 2
            ;;
        --scale)
            scale=${2:-}
            [ -n "$scale" ] || fail '--scale needs a number'
            shift 2
            ;;
        --keep-source)
            keep_source=yes
            shift
            ;;
        *) fail "unknown argument '$1'; use --engine local|docker, --scale N or --keep-source" ;;
    esac
done

# Everything below is undone here, whatever happens, and the exit code stays the one that it was: the incident's own script ended
# with 1 after a good closeout, because of the last test in its trap.
source_started=no
docker_started=no
container_ids=()
# Shellcheck does not see that the trap calls it.
# shellcheck disable=SC2317
clean_up() {
    local code=$?
    set +e
    [ "${#container_ids[@]}" -eq 0 ] || docker rm --force "${container_ids[@]}" >/dev/null
    if [ "$source_started" = yes ] && [ "$keep_source" = no ]; then "$here/source.sh" stop --bin "$bin"; fi
    [ "$docker_started" = no ] || "$root/tests/setup/docker.sh" stop
    exit "$code"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say 'Tools'
# shellcheck source=/dev/null
command -v cargo >/dev/null || [ ! -e "$HOME/.cargo/env" ] || source "$HOME/.cargo/env"
command -v cargo >/dev/null || fail 'Rust is not installed; see https://rustup.rs'
if [ ! -d "$(rustc --print target-libdir --target wasm32-wasip2)" ]; then
    command -v rustup >/dev/null || fail 'this Rust has no target wasm32-wasip2 and no rustup to add it; install the target'
    rustup target add wasm32-wasip2 || fail 'rustup could not add the target wasm32-wasip2'
fi
bin=$("$root/tests/setup/postgres.sh") || exit 2
if [ "$engine" = docker ]; then
    major=$("$bin/pg_dump" --version | sed -E 's/^[^0-9]*([0-9]+).*/\1/')
    [ "$major" -le 15 ] || fail "the image has Postgres 15, which cannot restore a dump of $major; install postgresql-15"
    answer=$("$root/tests/setup/docker.sh") || exit 2
    eval "$answer"
    case $answer in *'# started by this call'*) docker_started=yes ;; esac
    "$root/tests/setup/image.sh" 15 || exit 2
fi

say 'Build'
(cd "$root" && cargo build --release) || fail 'vhost does not build'
(cd "$root" && guest-checks/build.sh) || fail 'the checks do not build'
mkdir -p "$state"
grants=$(cat "$here/vhost.grants.toml.in")
checks=()
for name in row-matrix row-exact row-unchanged exclusive-reference relation-empty; do
    component=$root/guest-checks/$name.wasm
    checks+=("guest-checks/$name.wasm")
    [ -s "$component" ] || fail "guest-checks/build.sh did not write $component"
    digest=$(sha256sum "$component")
    grants=${grants//@$name@/${digest%% *}}
done
printf '%s\n' "$grants" >"$state/vhost.grants.toml"

say "The look-alike source, at scale $scale"
source_started=yes
"$here/source.sh" start --scale "$scale" --bin "$bin" || {
    # A start that fails has cleaned up behind itself; what still runs is a source that was here before.
    source_started=no
    exit 2
}
export PGSERVICEFILE=$state/pg_service.conf

protected=()
if [ "$engine" = docker ]; then
    say 'The protected neighbours'
    for name in "${neighbours[@]}"; do
        # Created and started in two steps, so that one which does not start is known and removed too.
        id=$(docker create --name "$name" --network none --user postgres vhost-postgres:15 \
            sh -c 'initdb -D /tmp/data --no-sync >/dev/null && exec postgres -D /tmp/data -c listen_addresses= -k /tmp') ||
            fail "the container $name could not be created; if that name is taken, it is not ours to remove"
        container_ids+=("$id")
        docker start "$id" >/dev/null || fail "the container $name did not start"
        protected+=(--protected "$name")
    done
fi

say 'The drill'
touch "$state/drill-began"
code=0
(cd "$root" && target/release/vhost run --config examples/closeout/vhost.toml --grants examples/closeout/state/vhost.grants.toml \
    --engine "$engine" ${protected[@]+"${protected[@]}"} --checks "${checks[@]}") || code=$?

report=$(find "$here/runs" -name report.md -newer "$state/drill-began" 2>/dev/null | head -n 1)
if [ -n "$report" ]; then
    say "$report"
    cat "$report"
fi
exit "$code"
