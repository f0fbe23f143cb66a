#!/bin/sh
# Builds a check in Python as a WebAssembly component with its manifest, <name>.wasm.
#
#   build.sh [DIRECTORY] [OUTPUT DIRECTORY]
#
# DIRECTORY holds check.py and check.toml; it is that of this script where none is named. What is needed comes from
# PyPI once, in the version below, into ${XDG_CACHE_HOME:-~/.cache}/vhost-build; after that no network is used. The
# bytes differ from one build to the next, because the interpreter's memory is part of them: approve the file that is
# run, and keep it.
set -eu

componentize_py=0.25.1

fail() {
    printf 'build.sh: %s\n' "$1" >&2
    exit 2
}

here=$(cd "$(dirname "$0")" && pwd -P)
check=$(cd "${1:-$here}" && pwd -P)
output=$(cd "${2:-$check}" && pwd -P)
vhost=${VHOST:-vhost}
command -v "$vhost" >/dev/null || fail 'vhost is not on PATH; put it there, or set VHOST to its path'
command -v python3 >/dev/null || fail 'python3 is missing; install Python 3.10 or later'
[ -f "$check/check.py" ] || fail "$check has no check.py"
name=$(sed -n 's/^name *= *"\([a-z0-9-]*\)".*/\1/p' "$check/check.toml")
[ -n "$name" ] || fail "$check/check.toml: write name = \"...\" on a line of its own"
interfaces=$(sed -n 's/^interfaces *= *\[\(.*\)\].*/\1/p' "$check/check.toml" | tr -d '" ' | tr ',' ' ')
[ -n "$interfaces" ] || fail "$check/check.toml: write interfaces = [...] on one line, with what the check imports"
# Beside this script in a folder that `vhost new` made, or in a clone of the repository.
wit=$here/wit
[ -d "$wit" ] || wit=$here/../../../wit
[ -f "$wit/checker.wit" ] || fail "$wit does not hold vhost's WIT files"

cache=${XDG_CACHE_HOME:-$HOME/.cache}/vhost-build
tools=$cache/componentize-py-$componentize_py
stage=$(mktemp -d "${TMPDIR:-/tmp}/vhost-build.XXXXXXXX")
new=
trap 'rm -rf "$stage" ${new:+"$new"}' EXIT

if [ ! -d "$tools" ]; then
    mkdir -p "$cache"
    new=$(mktemp -d "$cache/.new.XXXXXXXX")
    python3 -m venv "$new" >&2 || fail 'python3 makes no virtual environment; install python3-venv'
    "$new/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary :all: \
        "componentize-py==$componentize_py" || fail "PyPI did not give componentize-py $componentize_py; is there a network?"
    # It appears whole; where another build was faster, its directory is as good.
    mv -T "$new" "$tools" 2>/dev/null || [ -d "$tools" ] || fail "cannot write $tools"
fi

# The world of this check: only what check.toml lists is imported, and so only that needs a grant.
mkdir -p "$stage/wit" "$stage/app" "$stage/none/lib/python3/site-packages"
cp "$wit"/*.wit "$stage/wit"
{
    echo 'package vhost:check@0.1.0;'
    echo 'world check {'
    for interface in $interfaces; do echo "import $interface;"; done
    echo 'export checker; }'
} >"$stage/wit/world.wit"

# The check and the packages beside it, and no tests.
for file in "$here"/vhost_check "$check"/*; do
    case ${file##*/} in
    test_*) ;;
    *.py) cp "$file" "$stage/app" ;;
    *) [ ! -f "$file/__init__.py" ] || cp -R "$file" "$stage/app" ;;
    esac
done
find "$stage/app" -name __pycache__ -prune -exec rm -rf {} +
rm -f "$stage/app/vhost_check/testing.py"
printf '%s\n' 'import check' 'from vhost_check.boundary import Checker' >"$stage/app/component.py"

# Nothing is picked up from the environments of the person who builds. WASI is stubbed: a check does no I/O.
cd "$stage"
VIRTUAL_ENV=$stage/none "$tools/bin/python" -c 'from componentize_py import script; script()' \
    --quiet --wit-path wit --world check componentize --stub-wasi --python-path app component --output check.wasm >&2

"$vhost" bundle check.wasm --manifest "$check/check.toml" --output "$output/$name.wasm"
