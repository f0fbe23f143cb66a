#!/bin/sh
# Builds the check as a WebAssembly component with its manifest, {{name}}.wasm.
#
# The same sources and the same toolchain give the same bytes wherever this folder lies: a grant pins the component's
# SHA-256, so a path of the building machine must not get into it.
set -eu

here=$(cd "$(dirname "$0")" && pwd -P)
cd "$here"
vhost=${VHOST:-vhost}
command -v "$vhost" >/dev/null || {
    echo 'build.sh: vhost is not on PATH; put it there, or set VHOST to its path' >&2
    exit 2
}
target=${CARGO_TARGET_DIR:-$here/target}
cargo_home=$(cd "${CARGO_HOME:-$HOME/.cargo}" && pwd -P)

# Flags from outside would change the bytes.
unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS
# The directory of unpacked crates is named after where they came from, a mirror for one.
cargo fetch --target wasm32-wasip2
separator=$(printf '\037')
flags="--remap-path-prefix=$here=/check"
for sources in "$cargo_home"/registry/src/*; do
    flags="$flags$separator--remap-path-prefix=$sources=/crates"
done
CARGO_ENCODED_RUSTFLAGS=$flags cargo build --profile guest --target wasm32-wasip2 --target-dir "$target"

"$vhost" bundle "$target/wasm32-wasip2/guest/{{snake}}.wasm" --manifest check.toml --output {{name}}.wasm
