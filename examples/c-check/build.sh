#!/bin/sh
# Builds this check as a WebAssembly component with its manifest, c-check.wasm.
#
#   build.sh [OUTPUT DIRECTORY]
#   build.sh --bindings
#
# The output directory is that of this script where none is named. The compiler is Zig's, which comes from PyPI once, in
# the version below, into ${XDG_CACHE_HOME:-~/.cache}/vhost-build; after that no network is used. The same sources give
# the same bytes wherever this directory lies.
#
# --bindings makes generated/ anew, after a change of check.toml's interfaces or of the WIT files. It builds
# wit-bindgen with cargo first, once.
set -eu

ziglang=0.17.1
wit_bindgen=0.63.0

fail() {
    printf 'build.sh: %s\n' "$1" >&2
    exit 2
}

here=$(cd "$(dirname "$0")" && pwd -P)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/vhost-build
stage=
new=
trap 'rm -rf ${stage:+"$stage"} ${new:+"$new"}' EXIT
mkdir -p "$cache"

# What was made in a new directory appears whole; where another build was faster, its directory is as good.
keep() {
    mv -T "$new" "$1" 2>/dev/null || [ -d "$1" ] || fail "cannot write $1"
}

if [ "${1:-}" = --bindings ]; then
    tools=$cache/wit-bindgen-c-$wit_bindgen
    if [ ! -d "$tools" ]; then
        command -v cargo >/dev/null || fail 'cargo is missing; install Rust from https://rustup.rs'
        new=$(mktemp -d "$cache/.new.XXXXXXXX")
        cargo install --quiet --locked wit-bindgen-cli --version "$wit_bindgen" --no-default-features --features c \
            --root "$new" || fail "cargo did not build wit-bindgen-cli $wit_bindgen; is there a network?"
        keep "$tools"
    fi
    # The world of this check: only what check.toml lists is imported, and so only that needs a grant.
    interfaces=$(sed -n 's/^interfaces *= *\[\(.*\)\].*/\1/p' "$here/check.toml" | tr -d '" ' | tr ',' ' ')
    stage=$(mktemp -d "${TMPDIR:-/tmp}/vhost-build.XXXXXXXX")
    cp "$here"/../../wit/*.wit "$stage"
    {
        echo 'package vhost:check@0.1.0;'
        echo 'world check {'
        for interface in $interfaces; do echo "import $interface;"; done
        echo 'export checker; }'
    } >"$stage/world.wit"
    "$tools/bin/wit-bindgen" c --world check --out-dir "$here/generated" "$stage"
    exit
fi

output=$(cd "${1:-$here}" && pwd -P)
vhost=${VHOST:-vhost}
command -v "$vhost" >/dev/null || fail 'vhost is not on PATH; put it there, or set VHOST to its path'
tools=$cache/ziglang-$ziglang
if [ ! -d "$tools" ]; then
    command -v python3 >/dev/null || fail 'python3 is missing; install Python 3.10 or later'
    new=$(mktemp -d "$cache/.new.XXXXXXXX")
    python3 -m venv "$new" >&2 || fail 'python3 makes no virtual environment; install python3-venv'
    "$new/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary :all: "ziglang==$ziglang" ||
        fail "PyPI did not give ziglang $ziglang; is there a network?"
    keep "$tools"
fi
stage=$(mktemp -d "${TMPDIR:-/tmp}/vhost-build.XXXXXXXX")

# A library of functions to call and no program, with only what is called in it. WASI's C library brings its allocator
# and no imports, as long as nothing is printed and no file is opened.
ZIG_GLOBAL_CACHE_DIR=$cache/zig-$ziglang ZIG_LOCAL_CACHE_DIR=$stage/zig
export ZIG_GLOBAL_CACHE_DIR ZIG_LOCAL_CACHE_DIR
cd "$here"
"$tools/bin/python" -m ziglang cc -target wasm32-wasi -mexec-model=reactor -std=c11 -Oz -g0 -Wall -Wextra \
    -o "$stage/check.wasm" check.c generated/check.c generated/check_component_type.o

"$vhost" bundle "$stage/check.wasm" --manifest check.toml --output "$output/c-check.wasm"
