#!/usr/bin/env bash
# Fuzzes what reads the most hostile input, for a bounded time. Usage: host/dump/fuzz/run.sh [--seconds N] [--only TARGET]
#
# N is for all targets together, without building; 150 if absent. Exit status 0: nothing was found. 1: something was, and the last
# lines say by which target and how to see it again. 2: the targets could not be built. VHOST_FUZZ_BIN: a directory of Postgres'
# programs and VHOST_FUZZ_DB a conninfo, to start from real archives too.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)

fail() { printf 'run.sh: %s\n' "$1" >&2; exit 2; }

seconds=150
only=
while [ $# -gt 0 ]; do
    case $1 in
        --seconds) seconds=${2:?} ;;
        --only) only=${2:?} ;;
        *) fail "$1 is no argument of mine: --seconds N, --only TARGET" ;;
    esac
    shift 2
done
[[ $seconds =~ ^[0-9]+$ ]] || fail "--seconds $seconds is not a number"

# shellcheck source=/dev/null
command -v cargo >/dev/null || [ ! -e "$HOME/.cargo/env" ] || source "$HOME/.cargo/env"
command -v cargo >/dev/null || fail 'Rust is not installed; see https://rustup.rs'
command -v c++ >/dev/null || fail 'libFuzzer needs a C++ compiler: install g++ or clang'

# libFuzzer's targets, and those of tests/fuzz, which link the engine and mutate their seeds themselves.
libfuzzer=(script custom directory tar)
plain=(component grants)
if [ -n "$only" ]; then
    case " ${libfuzzer[*]} " in
        *" $only "*) libfuzzer=("$only") plain=() ;;
        *)
            [[ " ${plain[*]} " == *" $only "* ]] || fail "$only is no target"
            libfuzzer=() plain=("$only")
            ;;
    esac
fi
each=$((seconds / (${#libfuzzer[@]} + ${#plain[@]})))
[ "$each" -gt 0 ] || each=1

# First, while nobody else holds the workspace's directory.
if [ ${#plain[@]} -gt 0 ]; then
    harness=$(cd "$root" && cargo test --release --locked --quiet --package vhost --test fuzz --no-run --message-format=json-render-diagnostics |
        sed -n 's/.*"name":"fuzz".*"executable":"\([^"]*\)".*/\1/p') || fail 'the harness does not build'
    [ -x "$harness" ] || fail 'cargo did not say where the harness is'
fi

# Coverage by the compiler's stable flags, as cargo-fuzz sets them by its own. There is no address sanitizer, which stable
# compilers have not: the code under test is safe Rust. Named with its target, a build script is not instrumented.
host=$(rustc -vV | sed -n 's/^host: //p')
flags='-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters'
flags+=' -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing -Cdebug-assertions'
if [ ${#libfuzzer[@]} -gt 0 ]; then
    (cd "$here" && RUSTFLAGS=$flags cargo build --release --locked --quiet --target "$host") || fail 'the targets do not build'
fi
programs=$here/target/$host/release

# What is found stays in artifacts/; seeds and what libFuzzer makes of them do not outlive the run.
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
if [ ${#libfuzzer[@]} -gt 0 ]; then
    given=("$root"/tests/corpus/bases/*.sql "$root"/tests/corpus/faults/*/*.dump)
    if [ -n "${VHOST_FUZZ_BIN-}" ]; then
        for format in custom tar directory; do
            "$VHOST_FUZZ_BIN/pg_dump" --format="$format" --file="$work/real.$format" "${VHOST_FUZZ_DB-}" || fail 'pg_dump failed'
            given+=("$work/real.$format")
        done
    fi
    VHOST_FUZZ_SEEDS=$work/corpus VHOST_FUZZ_GIVEN=$(printf '%s\n' "${given[@]}") "$programs/script" >"$work/seeds.log" 2>&1 ||
        fail "no seeds could be written: $(tail -n 1 "$work/seeds.log")"
fi

found=()
for target in "${libfuzzer[@]}"; do
    mkdir -p "$here/artifacts/$target"
    options=(-max_total_time="$each" -timeout=20 -rss_limit_mb=1024 -max_len=16384 -print_final_stats=1 -artifact_prefix="$here/artifacts/$target/")
    if [ "$target" = script ]; then options+=(-dict="$here/script.dict"); fi
    if nice -n 10 "$programs/$target" "${options[@]}" "$work/corpus/$target" >"$work/$target.log" 2>&1; then
        sed -n "s/^stat::\(number_of_executed_units\|average_exec_per_sec\): */$target: \1 /p" "$work/$target.log"
        continue
    fi
    grep -aE -A 5 'panicked at|ERROR: libFuzzer' "$work/$target.log" | head -n 20
    artifact=$(sed -n 's/.*Test unit written to \(.*\)$/\1/p' "$work/$target.log" | tail -n 1)
    found+=("$target: $programs/$target ${artifact:-(no input was kept: $(tail -n 1 "$work/$target.log"))}")
done
for target in "${plain[@]}"; do
    # Where it finds something, its last line says how to see that again.
    code=0
    nice -n 10 "$harness" "$target" --seconds "$each" --artifacts "$here/artifacts" >"$work/$target.log" 2>&1 || code=$?
    case $code in
        0) cat "$work/$target.log" ;;
        1)
            grep -aE -A 5 'panicked at' "$work/$target.log" | tail -n 20
            found+=("$(tail -n 1 "$work/$target.log")")
            ;;
        *) fail "$target: $(tail -n 1 "$work/$target.log")" ;;
    esac
done

if [ ${#found[@]} -gt 0 ]; then
    printf 'found by %s\n' "${found[@]}"
    exit 1
fi
echo 'nothing was found'
