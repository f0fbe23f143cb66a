#!/usr/bin/env bash
# Builds the image vhost-postgres:15 from Debian packages, without asking any image registry.
#
#   tests/setup/image.sh              needs DOCKER_HOST or the default socket; does nothing when the image is there
#
# The image is Debian's smallest root file system with Postgres 15 and nothing configured: vhost brings its own entrypoint. The root
# file system is kept as a tarball in the cache directory, so that another engine needs seconds and no downloads.
set -euo pipefail

tag=vhost-postgres:15
suite=bookworm
cache=${XDG_CACHE_HOME:-$HOME/.cache}/vhost-test
tarball=$cache/vhost-postgres-15-$(dpkg --print-architecture).tar

fail() {
    printf 'image.sh: %s\n' "$1" >&2
    exit 1
}

# One line per Debian package source that this machine itself uses: URI, release, component.
machine_sources() {
    # The placeholders are apt's, not the shell's.
    # shellcheck disable=SC2016
    apt-get indextargets --format '$(ORIGIN) $(CREATED_BY) $(REPO_URI) $(RELEASE) $(COMPONENT)' |
        awk '$1 == "Debian" && $2 == "Packages" && $5 == "main" { print $3, $4, $5 }' | sort -u
}

install_debootstrap() {
    command -v debootstrap >/dev/null && return
    { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends debootstrap; } >"$cache/apt.log" 2>&1 ||
        fail "apt-get install debootstrap failed; see $cache/apt.log"
}

in_root() {
    # Its own mount namespace: /proc goes away with it, whatever happens here.
    # $1 is for the inner shell to expand.
    # shellcheck disable=SC2016
    unshare --mount --pid --fork sh -ec 'mount -t proc proc "$1/proc"; shift; exec "$@"' sh "$root" \
        chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
        ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} "$@"
}

build() {
    [ "$(id -u)" = 0 ] || fail 'building the image needs root (debootstrap)'
    install_debootstrap
    local log=$cache/image.log mirror
    mirror=$(machine_sources | awk -v suite="$suite" '$2 == suite { print $1; exit }')
    root=$(mktemp -d /var/tmp/vhost-image.XXXXXXXX)
    trap 'rm -rf --one-file-system -- "$root" "$tarball.part"' EXIT
    # Without a mirror of our own, debootstrap knows one.
    debootstrap --variant=minbase "$suite" "$root" ${mirror:+"$mirror"} >"$log" 2>&1 ||
        fail "debootstrap failed: $(tail -n 1 "$log") (all of it in $log)"
    # Updates and security fixes, where this machine has them: psql's own holes are fixed there first.
    machine_sources | awk -v suite="$suite" '$2 == suite || index($2, suite "-") == 1 { print "deb", $0 }' >"$root/etc/apt/sources.list.machine"
    if grep -q " $suite " "$root/etc/apt/sources.list.machine"; then
        mv "$root/etc/apt/sources.list.machine" "$root/etc/apt/sources.list"
    else
        rm "$root/etc/apt/sources.list.machine"
    fi
    if [ -e /etc/resolv.conf ]; then cp -L /etc/resolv.conf "$root/etc/resolv.conf"; fi
    # No service may start in the chroot, and no cluster is wanted in the image.
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
    chmod 755 "$root/usr/sbin/policy-rc.d"
    mkdir -p "$root/etc/postgresql-common"
    printf 'create_main_cluster = false\n' >"$root/etc/postgresql-common/createcluster.conf"
    # The image holds no documentation: it is cheaper never to unpack it.
    printf 'path-exclude=/usr/share/%s/*\n' doc man info locale >"$root/etc/dpkg/dpkg.cfg.d/no-documentation"
    {
        in_root apt-get -q update
        in_root apt-get -qy dist-upgrade
        in_root apt-get -qy install --no-install-recommends postgresql-15
        in_root apt-get clean
    } >>"$log" 2>&1 || fail "installing postgresql-15 failed: $(tail -n 1 "$log") (all of it in $log)"
    [ -x "$root/usr/lib/postgresql/15/bin/postgres" ] || fail "the new root file system has no Postgres 15; see $log"
    rm -rf -- "$root"/usr/share/{doc,man,info,locale}/* "$root"/var/lib/apt/lists/* "$root"/var/cache/{apt,debconf,ldconfig}/* \
        "$root"/var/log/* "$root/etc/resolv.conf" "$root/usr/sbin/policy-rc.d"
    tar --numeric-owner --one-file-system -C "$root" -cf "$tarball.part" .
    mv "$tarball.part" "$tarball"
    trap - EXIT
    rm -rf --one-file-system -- "$root"
}

# What `docker image inspect` cannot answer is not always a missing image.
docker version >/dev/null 2>&1 || fail 'no Docker engine answers; tests/setup/docker.sh starts one and prints its DOCKER_HOST'
if docker image inspect "$tag" >/dev/null 2>&1; then exit 0; fi
mkdir -p "$cache"
exec 9>"$cache/image.lock"
flock 9
if docker image inspect "$tag" >/dev/null 2>&1; then exit 0; fi
[ -s "$tarball" ] || build
docker import --change 'ENV PATH=/usr/lib/postgresql/15/bin:/usr/sbin:/usr/bin:/sbin:/bin' --change 'ENV LC_ALL=C.UTF-8' \
    "$tarball" "$tag" >/dev/null || fail "docker import of $tarball failed; remove that file to build it again"
