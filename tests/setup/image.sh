#!/usr/bin/env bash
# Builds images of Postgres from Debian packages, without asking any image registry: vhost-postgres:15 and vhost-postgres:17.
#
#   tests/setup/image.sh [15|17]...   both where none is named; needs DOCKER_HOST or the default socket; does nothing for an image that
#                                     is there
#
# Such an image is Debian's smallest root file system with Postgres and nothing configured: vhost brings its own entrypoint. The root
# file system is kept as a tarball in the cache directory, so that another engine needs seconds and no downloads.
set -euo pipefail

# The release of Debian that brings each version.
declare -A suites=([15]=bookworm [17]=trixie)
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/vhost-test

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

# The same for a release: this machine's own where it has them, otherwise those of its own release under the other's name.
sources_of() {
    local own
    own=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
    machine_sources | awk -v suite="$1" -v own="$own" '
        function of(name) { return $2 == name || index($2, name "-") == 1 }
        of(suite) { has = 1; ours = ours $0 "\n"; next }
        of(own) { $2 = suite substr($2, length(own) + 1); others = others $0 "\n" }
        END { printf "%s", has ? ours : others }'
}

install_debootstrap() {
    command -v debootstrap >/dev/null && return
    "$here/apt.sh" debootstrap
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
    local version=$1 suite=$2 tarball=$3 log mirror
    log=$cache/image-$version.log
    [ "$(id -u)" = 0 ] || fail 'building an image needs root (debootstrap)'
    install_debootstrap
    mirror=$(sources_of "$suite" | awk -v suite="$suite" '$2 == suite { print $1; exit }')
    root=$(mktemp -d /var/tmp/vhost-image.XXXXXXXX)
    # Now, because both are gone from view when the trap runs.
    # shellcheck disable=SC2064
    trap "rm -rf --one-file-system -- '$root' '$tarball.part'" EXIT
    # What is unpacked goes into a tarball, so nothing need be synced; and it is cheaper never to unpack documentation.
    mkdir -p "$root/etc/dpkg/dpkg.cfg.d"
    {
        printf 'force-unsafe-io\n'
        printf 'path-exclude=/usr/share/%s/*\n' doc man info locale
    } >"$root/etc/dpkg/dpkg.cfg.d/throw-away"
    # Without a mirror of our own, debootstrap knows one.
    debootstrap --variant=minbase "$suite" "$root" ${mirror:+"$mirror"} >"$log" 2>&1 ||
        fail "debootstrap failed: $(tail -n 1 "$log") (all of it in $log)"
    # Updates and security fixes, where this machine has them: psql's own holes are fixed there first.
    if [ -n "$mirror" ]; then
        sources_of "$suite" | sed 's/^/deb /' >"$root/etc/apt/sources.list"
    fi
    if [ -e /etc/resolv.conf ]; then cp -L /etc/resolv.conf "$root/etc/resolv.conf"; fi
    # No service may start in the chroot, and no cluster is wanted in the image.
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
    chmod 755 "$root/usr/sbin/policy-rc.d"
    mkdir -p "$root/etc/postgresql-common"
    printf 'create_main_cluster = false\n' >"$root/etc/postgresql-common/createcluster.conf"
    {
        in_root apt-get -q update
        in_root apt-get -qy dist-upgrade
        in_root apt-get -qy install --no-install-recommends "postgresql-$version"
        in_root apt-get clean
    } >>"$log" 2>&1 || fail "installing postgresql-$version failed: $(tail -n 1 "$log") (all of it in $log)"
    [ -x "$root/usr/lib/postgresql/$version/bin/postgres" ] || fail "the new root file system has no Postgres $version; see $log"
    rm -rf -- "$root"/usr/share/{doc,man,info,locale}/* "$root"/var/lib/apt/lists/* "$root"/var/cache/{apt,debconf,ldconfig}/* \
        "$root"/var/log/* "$root/etc/resolv.conf" "$root/usr/sbin/policy-rc.d" "$root/etc/dpkg/dpkg.cfg.d/throw-away"
    tar --numeric-owner --one-file-system -C "$root" -cf "$tarball.part" .
    mv "$tarball.part" "$tarball"
    trap - EXIT
    rm -rf --one-file-system -- "$root"
}

# Makes an image, unless it is there.
image() {
    local version=$1 tag=vhost-postgres:$1 suite=${suites[$1]} tarball
    tarball=$cache/vhost-postgres-$version-$(dpkg --print-architecture).tar
    if docker image inspect "$tag" >/dev/null 2>&1; then return; fi
    [ -s "$tarball" ] || build "$version" "$suite" "$tarball"
    docker import --change "ENV PATH=/usr/lib/postgresql/$version/bin:/usr/sbin:/usr/bin:/sbin:/bin" --change 'ENV LC_ALL=C.UTF-8' \
        "$tarball" "$tag" >/dev/null || fail "docker import of $tarball failed; remove that file to build it again"
}

[ $# -gt 0 ] || set -- 15 17
for version in "$@"; do
    [ -n "${suites[$version]:-}" ] || fail "no image of Postgres '$version'; there are 15 and 17"
done
# What `docker image inspect` cannot answer is not always a missing image.
docker version >/dev/null 2>&1 || fail 'no Docker engine answers; tests/setup/docker.sh starts one and prints its DOCKER_HOST'
mkdir -p "$cache"
exec 9>"$cache/image.lock"
flock 9
for version in "$@"; do image "$version"; done
