#!/bin/sh
# Builds a check in JavaScript or TypeScript as a WebAssembly component with its manifest, <name>.wasm.
#
#   build.sh [--test] [DIRECTORY] [OUTPUT DIRECTORY]
#
# DIRECTORY holds check.js or check.ts, and check.toml; it is that of this script where none is named. --test runs the
# tests of the check instead. What is needed comes from the npm registry once, in the versions below, into
# ${XDG_CACHE_HOME:-~/.cache}/vhost-build; after that no network is used. The bytes differ from one build to the next,
# because the interpreter's memory is part of them: approve the file that is run, and keep it.
set -eu

# jco's QuickJS backend, without the rest of jco: 50 MB instead of 350.
componentize_qjs=0.4.5
esbuild=0.28.2
typescript=5.9.3

fail() {
    printf 'build.sh: %s\n' "$1" >&2
    exit 2
}

task=build
if [ "${1:-}" = --test ]; then
    task=test
    shift
fi
here=$(cd "$(dirname "$0")" && pwd -P)
check=$(cd "${1:-$here}" && pwd -P)
output=$(cd "${2:-$check}" && pwd -P)
command -v node >/dev/null || fail 'node is missing; install Node.js 20 or later'
if [ -f "$check/check.ts" ]; then
    source=check.ts
elif [ -f "$check/check.js" ]; then
    source=check.js
else
    fail "$check has neither check.ts nor check.js"
fi
if [ $task-$source = test-check.js ]; then
    cd "$check"
    exec node --test
fi

cache=${XDG_CACHE_HOME:-$HOME/.cache}/vhost-build
tools=$cache/componentize-qjs-$componentize_qjs-esbuild-$esbuild-typescript-$typescript
stage=$(mktemp -d "${TMPDIR:-/tmp}/vhost-build.XXXXXXXX")
new=
trap 'rm -rf "$stage" ${new:+"$new"}' EXIT

if [ ! -d "$tools" ]; then
    command -v npm >/dev/null || fail 'npm is missing; install it'
    mkdir -p "$cache"
    new=$(mktemp -d "$cache/.new.XXXXXXXX")
    # No script of a package runs.
    npm install --prefix "$new" --ignore-scripts --no-audit --no-fund --loglevel error \
        "componentize-qjs@$componentize_qjs" "esbuild@$esbuild" "typescript@$typescript" >&2 ||
        fail 'the npm registry did not give what is needed; is there a network?'
    # It appears whole; where another build was faster, its directory is as good.
    mv -T "$new" "$tools" 2>/dev/null || [ -d "$tools" ] || fail "cannot write $tools"
fi
run() {
    program=$1
    shift
    node "$tools/node_modules/$program" "$@"
}

cd "$check"
if [ $source = check.ts ]; then
    # esbuild takes types away without a look at them.
    run typescript/bin/tsc --project tsconfig.json >&2 || fail "check.ts has errors"
fi
if [ $task = test ]; then
    run esbuild/bin/esbuild check.test.ts --bundle --format=esm --platform=node --outfile="$stage/check.test.mjs" \
        --log-level=warning
    # What this leaves is cleaned up, so no exec.
    node --test "$stage/check.test.mjs"
    exit
fi

vhost=${VHOST:-vhost}
command -v "$vhost" >/dev/null || fail 'vhost is not on PATH; put it there, or set VHOST to its path'
name=$(sed -n 's/^name *= *"\([a-z0-9-]*\)".*/\1/p' check.toml)
[ -n "$name" ] || fail "$check/check.toml: write name = \"...\" on a line of its own"
interfaces=$(sed -n 's/^interfaces *= *\[\(.*\)\].*/\1/p' check.toml | tr -d '" ' | tr ',' ' ')
[ -n "$interfaces" ] || fail "$check/check.toml: write interfaces = [...] on one line, with what the check imports"
# Beside this script in a folder that `vhost new` made, or in a clone of the repository.
wit=$here/wit
[ -d "$wit" ] || wit=$here/../../../wit
[ -f "$wit/checker.wit" ] || fail "$wit does not hold vhost's WIT files"

# The world of this check: only what check.toml lists is imported, and so only that needs a grant.
mkdir "$stage/wit"
cp "$wit"/*.wit "$stage/wit"
{
    echo 'package vhost:check@0.1.0;'
    echo 'world check {'
    for interface in $interfaces; do echo "import $interface;"; done
    echo 'export checker; }'
} >"$stage/wit/world.wit"

helper=$here/vhost-check/index.js
{
    for interface in $interfaces; do echo "import * as $interface from \"vhost:check/$interface@0.1.0\";"; done
    echo "import { component } from \"$helper\";"
    echo "import check from \"./$source\";"
    echo "export const checker = component(check, { $(echo $interfaces | sed 's/ /, /g') });"
} | run esbuild/bin/esbuild --bundle --format=esm --platform=neutral --target=es2023 '--external:vhost:*' \
    --sourcefile=component.js --outfile="$stage/component.js" --log-level=warning
cd "$stage"
run componentize-qjs/bin/componentize-qjs --wit wit --world check --js component.js --stub-wasi --sync \
    --output check.wasm >/dev/null || fail 'componentize-qjs failed'

"$vhost" bundle check.wasm --manifest "$check/check.toml" --output "$output/$name.wasm"
