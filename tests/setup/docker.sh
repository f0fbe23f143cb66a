#!/usr/bin/env bash
# Finds a Docker engine for the tests, or starts a private one.
#
#   eval "$(tests/setup/docker.sh)"   sets DOCKER_HOST to an engine that answers; the line ends with "# started by this call" when
#                                     there was none before, so that the caller knows what to stop afterwards
#   tests/setup/docker.sh stop        stops the private engine, and no other
#
# An engine that already answers on DOCKER_HOST or on the default socket is used as it is. Otherwise a private dockerd is started
# with its own data, its own containerd and its own socket, under the cache directory. It sets up no bridge and no firewall rule:
# every container of a drill runs without a network, and a machine's own network is not ours to change.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/vhost-test
home=$cache/docker

fail() {
    printf 'docker.sh: %s\n' "$1" >&2
    exit 1
}

answers() { DOCKER_HOST=$1 timeout 10 docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

# The directory of sockets and of the pid file. A socket's path may hold 107 bytes, and containerd adds some of its own below it.
run_dir() {
    if [ "${#home}" -le 60 ]; then
        printf '%s/run\n' "$home"
    elif [ -s "$home/run-dir" ] && [ -d "$(cat "$home/run-dir")" ]; then
        cat "$home/run-dir"
    else
        mktemp -d /tmp/vhost-docker.XXXXXXXX | tee "$home/run-dir"
    fi
}

# The process id of the private engine, or nothing. A pid file can outlive its process, and the number can be somebody else's by
# now: only a process that was started with our own data directory is ours.
own_pid() {
    local pid
    pid=$(cat "$run/dockerd.pid" 2>/dev/null) || return 0
    if tr '\0' '\n' <"/proc/$pid/cmdline" 2>/dev/null | grep -qxF -- "--data-root=$home/data"; then
        printf '%s\n' "$pid"
    fi
}

install_docker() {
    if command -v dockerd >/dev/null && command -v docker >/dev/null; then return; fi
    "$here/apt.sh" docker.io
    # Newer Debian has the client in a package of its own.
    command -v docker >/dev/null || "$here/apt.sh" docker-cli
}

start() {
    if [ -n "${DOCKER_HOST:-}" ] && answers "$DOCKER_HOST"; then
        printf 'export DOCKER_HOST=%q\n' "$DOCKER_HOST"
        return
    fi
    if answers unix:///var/run/docker.sock; then
        printf 'export DOCKER_HOST=unix:///var/run/docker.sock\n'
        return
    fi
    mkdir -p "$home"
    # Two test runs that start at once must get one engine.
    exec 9>"$home/lock"
    flock 9
    install_docker
    run=$(run_dir)
    (umask 077 && mkdir -p "$run")
    local host=unix://$run/docker.sock
    if [ -n "$(own_pid)" ] && answers "$host"; then
        printf 'export DOCKER_HOST=%q\n' "$host"
        return
    fi
    [ "$(id -u)" = 0 ] || fail 'no Docker engine answers, and a private one needs root; start one and set DOCKER_HOST'
    [ -z "$(own_pid)" ] || fail "the private engine runs but does not answer on $host; run: tests/setup/docker.sh stop"
    rm -f "$run/dockerd.pid" "$run/docker.sock"
    setsid dockerd "--data-root=$home/data" "--exec-root=$run/exec" "--pidfile=$run/dockerd.pid" "--host=$host" \
        --iptables=false --ip6tables=false --bridge=none </dev/null >"$home/dockerd.log" 2>&1 9>&- &
    local started=$!
    for _ in $(seq 150); do
        if answers "$host"; then
            printf 'export DOCKER_HOST=%q  # started by this call\n' "$host"
            return
        fi
        kill -0 "$started" 2>/dev/null || break
        sleep 0.2
    done
    fail "the private dockerd did not come up: $(tail -n 1 "$home/dockerd.log") (all of it in $home/dockerd.log)"
}

stop() {
    [ -d "$home" ] || return 0
    run=$(run_dir)
    local pid
    pid=$(own_pid)
    if [ -n "$pid" ]; then
        kill -TERM "$pid"
        for _ in $(seq 150); do
            [ -d "/proc/$pid" ] || break
            sleep 0.2
        done
        [ ! -d "/proc/$pid" ] || fail "the private dockerd (pid $pid) did not stop within 30 s"
    fi
    if [ -e "$home/run-dir" ]; then
        rm -rf -- "$run" "$home/run-dir"
    fi
}

case ${1:-start} in
    start) start ;;
    stop) stop ;;
    *) fail "unknown verb '$1'; use start or stop" ;;
esac
