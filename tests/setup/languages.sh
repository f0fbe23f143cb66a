#!/usr/bin/env bash
# Makes sure that Python 3.10 with venv and Node.js 20 with npm are here, for the checks in other languages than Rust.
set -euo pipefail

fail() {
    printf 'languages.sh: %s\n' "$1" >&2
    exit 1
}

has_python() {
    python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))' 2>/dev/null
}

has_node() {
    command -v npm >/dev/null && node -e 'process.exit(process.versions.node.split(".")[0] < 20 ? 1 : 0)' 2>/dev/null
}

missing=()
has_python || missing+=(python3 python3-venv)
has_node || missing+=(nodejs npm)
[ "${#missing[@]}" -gt 0 ] || exit 0

"$(dirname "${BASH_SOURCE[0]}")/apt.sh" "${missing[@]}"
has_python || fail 'this Python is older than 3.10; install a newer one'
has_node || fail 'this Node.js is older than 20; install a newer one'
