#!/bin/sh
# Builds every check in this directory as a WebAssembly component with its manifest, guest-checks/<name>.wasm.
#
#   build.sh [--languages]
#   build.sh --components PACKAGE...
#
# The checks in Rust, and with --languages those in Python and TypeScript too: they want Python 3.10 and Node.js 20, and
# bring what else they need into ${XDG_CACHE_HOME:-~/.cache}/vhost-build. --components builds these packages of the
# workspace the same way, without manifests, and prints where they are: the tests have guests of their own. VHOST is the
# vhost that adds the manifests; without it one is built here first.
#
# Of Rust, the same sources and the same toolchain give the same bytes wherever the clone lies: a grant pins a component's
# SHA-256, so a path of the building machine must not get into it.
set -eu

# What the repository speaks of was built by this compiler; a grant pins a component's bytes.
compiler=1.95.0
case $(rustc --version) in
"rustc $compiler "*) ;;
*) echo "build.sh: this is $(rustc --version), and not $compiler: components will have other digests than those of others" >&2 ;;
esac

here=$(cd "$(dirname "$0")" && pwd -P)
repo=$(dirname "$here")
what=${1:-}
case $what in
'' | --languages | --components) ;;
*)
    echo 'build.sh: the arguments that there are are --languages and --components' >&2
    exit 2
    ;;
esac
[ $# = 0 ] || shift
cargo_home=$(cd "${CARGO_HOME:-$HOME/.cargo}" && pwd -P)
target=wasm32-wasip2

cd "$repo"
if [ "$what" != --components ]; then
    set --
    for manifest in guest-checks/*/Cargo.toml; do
        name=$(basename "$(dirname "$manifest")")
        [ "$name" = sdk ] || set -- "$@" "$name"
    done
    # `vhost bundle` adds the manifests. Built before the flags below: they are for the checks alone.
    [ -n "${VHOST:-}" ] || cargo build --release --package vhost --bin vhost
fi
vhost=${VHOST:-${CARGO_TARGET_DIR:-$repo/target}/release/vhost}

packages=
for name in "$@"; do packages="$packages --package $name"; done

# Flags from outside would change the bytes.
unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS
separator=$(printf '\037')
flags="--remap-path-prefix=$repo=/vhost"
# The directory of unpacked crates is named after where they came from, a mirror for one.
cargo fetch --target "$target"
for sources in "$cargo_home"/registry/src/*; do
    flags="$flags$separator--remap-path-prefix=$sources=/crates"
done
export CARGO_ENCODED_RUSTFLAGS="$flags"
# shellcheck disable=SC2086 # one word for each flag is meant
cargo build --profile guest --target "$target" $packages

built=${CARGO_TARGET_DIR:-$repo/target}/$target/guest
if [ "$what" = --components ]; then
    echo "$built"
    exit
fi
for name in "$@"; do
    "$vhost" bundle "$built/$(echo "$name" | tr - _).wasm" \
        --manifest "guest-checks/$name/check.toml" --output "guest-checks/$name.wasm"
done

[ "$what" = --languages ] || exit 0
export VHOST="$vhost"
for check in guest-checks/*/check.py; do
    guest-checks/sdk/python/build.sh "$(dirname "$check")" guest-checks
done
for check in guest-checks/*/check.[jt]s; do
    guest-checks/sdk/javascript/build.sh "$(dirname "$check")" guest-checks
done
