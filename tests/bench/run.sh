#!/usr/bin/env bash
# Measures what a drill costs, side by side with the shell pipeline that people use today, and holds it against the goals.
#
#   tests/bench/run.sh [--quick] [--scale N] [--rounds N] [--source DIR] [--against DIR] [--only FIGURES]
#
# --scale 50 (the default) is the incident's 683 MB dump; --quick means --scale 5 --rounds 2, a smoke check whose figures say
# little. --source DIR uses a source that `examples/closeout/source.sh start --dir DIR` has started, and its scale.
#
# --against DIR also measures another version side by side, out of a clone of it in which vhost is built; it is built there
# again for its benchmark of the scanner. --only "drill scanner" measures those figures alone.
#
# What is compared is measured by turns, in every round anew, and a ratio is the median of the rounds' ratios: what else the machine
# does then strikes both sides. Before each timed command the disk is given time to finish what was left to it.
#
#   shell       pg_dump, plain, to a file; sha256sum of it; psql into a fresh server as initdb configures it. Making, starting and
#               removing that server is not counted.
#   drill       the whole program, from its start to its end, with the round trip: the plan, checks and gates of examples/closeout on the local engine,
#               with the making, starting and removing of its sandbox.
#   memory      the high-water mark of vhost's own process (VmHWM), without its children; also for a database of 100,000 objects.
#   scanner     rows of three tables of 8 to 20 columns, scanned and digested in memory: gigabytes a second of processor time; see
#               scanner.rs.
#   hashing     the dump as vhost takes it against the same pg_dump with its output only written; see hashing.rs.
#   rows        1,000,000 rows of 4 columns of a restored database, read by a check through the fence, in pages of columns and row by
#               row, against the same statement read by tokio-postgres in the same process, every value looked at; see checks.rs.
#               1 is as fast as tokio-postgres, 0.5 takes twice as long.
#   start       a check that was compiled before, from the cache to the report that it returns at once; without a database.
#   many        200 checks, each a component of its own with one statement, of one restored database of a 300 KB dump: the drill's
#               stage \`checks\` as report.json has it, divided by 200. All of it counts as overhead: hardening the database, each
#               check's role and its audit, session, instance and report, and what its statement costs.
#   small       a drill of a database with a 300 KB dump, with one check. The docker engine is the one of VHOST_TEST_DOCKER_HOST,
#               DOCKER_HOST or the default socket, with the image vhost-postgres:15 (tests/setup/image.sh); without it that goal is
#               not measured, and the line says so.
#
# Exit code: 0 when every goal that was measured is met, 1 when one is missed, 2 when something could not be measured.
set -euo pipefail
export LC_ALL=C

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
example=$root/examples/closeout
scale=50
rounds=5
given=
against=
only=

fail() {
    printf 'bench: %s\n' "$1" >&2
    exit 2
}

say() { printf 'bench: %s\n' "$1" >&2; }

while [ $# -gt 0 ]; do
    case $1 in
        --quick) scale=5 rounds=2 ;;
        --scale | --rounds | --source | --against | --only)
            [ $# -ge 2 ] || fail "$1 needs a value"
            case $1 in
                --scale) scale=$2 ;;
                --rounds) rounds=$2 ;;
                --source) given=$2 ;;
                --against) against=$(cd "$2" && pwd) || fail "there is no directory $2" ;;
                --only) only=$2 ;;
            esac
            shift
            ;;
        *) fail "unknown argument '$1'; use --quick, --scale N, --rounds N, --source DIR, --against DIR or --only FIGURES" ;;
    esac
    shift
done
[[ $rounds =~ ^[1-9][0-9]?$ ]] || fail "--rounds '$rounds' is not a number from 1 to 99"
if [ -n "$given" ]; then
    scale=$(cat "$given/source.scale" 2>/dev/null) || fail "no source was started with --dir $given"
fi

# Everything is in one directory, so that the dumps and both clusters are on one file system. Postgres' user must be able to enter.
work=$(mktemp -d /var/tmp/vhost-bench.XXXXXXXX)
chmod 755 "$work"
big=$work/big
one=$work/one
runs=$work/runs
sources=()
drill_pid=
shell_made=no
# Shellcheck does not see that the trap calls it.
# shellcheck disable=SC2317
clean_up() {
    local code=$? state
    set +e
    # A drill that is told to stop takes its sandbox down before it ends.
    if [ -n "$drill_pid" ] && kill -TERM "$drill_pid" 2>/dev/null; then wait "$drill_pid"; fi
    [ "$shell_made" = no ] || remove_shell_server
    for state in ${sources[@]+"${sources[@]}"}; do "$example/source.sh" stop --dir "$state" --bin "$bin"; done
    rm -rf -- "$work"
    exit "$code"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Postgres refuses to run as root.
if [ "$(id -u)" = 0 ]; then
    user=postgres
    id -u "$user" >/dev/null 2>&1 || user=nobody
    as_user() { setpriv --reuid "$user" --regid "$(id -g "$user")" --clear-groups env HOME=/ "$@"; }
else
    user=$(id -un)
    as_user() { "$@"; }
fi

# --- what is measured -------------------------------------------------------------------------------------------------------------

# Seconds since $1, a value of EPOCHREALTIME.
since() { awk -v a="$1" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.3f", b - a }'; }

# Writes the high-water mark of a process to a file, in KiB, for as long as the process is there.
watch_memory() {
    local pid=$1 into=$2 name value _
    while [ -e "/proc/$pid/status" ]; do
        while read -r name value _; do
            if [ "$name" = VmHWM: ]; then printf '%s\n' "$value" >"$into"; fi
        done 2>/dev/null <"/proc/$pid/status" || break
        sleep 0.05
    done
}

# Whether a figure is to be measured.
wanted() { [ -z "$only" ] || [[ " $only " == *" $1 "* ]]; }

# Runs one drill that must pass, by the program in `program`; seconds in `took`, KiB in `peak`, milliseconds of the stage `checks` in `looked`.
drill() {
    local plan=$1 began code=0 watcher
    shift
    sync -f "$work"
    began=$EPOCHREALTIME
    XDG_CACHE_HOME=$work/cache XDG_STATE_HOME=$work/state "$program" run --quiet --config "$plan" --sandbox-name "vhost-bench-$$" --runs "$runs" "$@" \
        >"$work/drill.out" 2>"$work/drill.err" &
    drill_pid=$!
    watch_memory "$drill_pid" "$work/peak" &
    watcher=$!
    wait "$drill_pid" || code=$?
    took=$(since "$began")
    drill_pid=
    wait "$watcher" || true
    peak=$(cat "$work/peak")
    [ "$code" = 0 ] || fail "the drill of $plan did not pass (exit $code): $(tail -n 1 "$work/drill.err" "$work/drill.out" | tr '\n' ' ')"
    looked=$(awk '/"millis"/ { millis = $2 } /"stage": "checks"/ { print millis + 0; exit }' "$runs"/*/report.json)
    [ -n "$looked" ] || fail "the report of $plan does not say how long the checks took"
    rm -rf -- "$runs"
}

# A drill of the look-alike whose plan and state are in the directory $1.
example_drill() {
    PGSERVICEFILE=$1/state/pg_service.conf drill "$1/vhost.toml" --engine local --grants "$work/vhost.grants.toml" --checks "${checks[@]}"
}

measure_drill() {
    example_drill "$big"
    printf '%s\n' "$took" >>"$work/drill.s"
    printf '%s\n' "$peak" >>"$work/big.kib"
}

measure_earlier() {
    program=$against/target/release/vhost
    example_drill "$big"
    program=$root/target/release/vhost
    printf '%s\n' "$took" >>"$work/earlier.s"
    printf '%s\n' "$peak" >>"$work/earlier.kib"
}

measure_shell() {
    shell_pipeline
    printf '%s\n' "$took" >>"$work/shell.s"
}

many_drill() {
    PGSERVICEFILE=$one/state/pg_service.conf drill "$work/many.toml" --grants "$work/many.grants.toml" --checks "$work/many" --engine local
}

small_drill() {
    PGSERVICEFILE=$one/state/pg_service.conf drill "$work/small.toml" --grants "$work/small.grants.toml" \
        --checks "$root/guest-checks/row-matrix.wasm" "$@"
}

start_shell_server() {
    mkdir "$work/shell"
    shell_made=yes
    chmod 700 "$work/shell"
    if [ "$(id -u)" = 0 ]; then chown "$user:" "$work/shell"; fi
    (
        cd /
        as_user "$bin/initdb" -D "$work/shell/data" -U postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8
        as_user "$bin/pg_ctl" start -D "$work/shell/data" -l "$work/shell/server.log" -w -o "-c listen_addresses='' -k $work/shell"
        as_user "$bin/createdb" -h "$work/shell" -U postgres -T template0 restored
    ) >"$work/shell.log" 2>&1 || fail "the shell's server did not start: $(tail -n 1 "$work/shell.log")"
}

remove_shell_server() {
    if as_user "$bin/pg_ctl" status -D "$work/shell/data" >/dev/null 2>&1; then
        (cd / && as_user "$bin/pg_ctl" stop -D "$work/shell/data" -m immediate -s)
    fi
    rm -rf -- "$work/shell"
    shell_made=no
}

# The pipeline as people write it; seconds in `took`, and the dump's size in `dump_bytes`.
shell_pipeline() {
    local began rows
    start_shell_server
    sync -f "$work"
    began=$EPOCHREALTIME
    PGSERVICEFILE=$big/state/pg_service.conf PGSERVICE=closeout PGPASSFILE=$work/pgpass "$bin/pg_dump" >"$work/shell.sql"
    sha256sum "$work/shell.sql" >"$work/shell.sha256"
    as_user "$bin/psql" -X -q -h "$work/shell" -U postgres -d restored <"$work/shell.sql" >"$work/shell.out" 2>"$work/shell.err"
    took=$(since "$began")
    dump_bytes=$(stat -c %s "$work/shell.sql")
    # A pipeline that was quick because it restored nothing is no measure.
    rows=$(as_user "$bin/psql" -X -A -t -h "$work/shell" -U postgres -d restored -c 'SELECT count(*) FROM public.tac_content_revision')
    [ "$rows" -gt 0 ] || fail "the shell's pipeline restored no rows: $(tail -n 1 "$work/shell.err")"
    remove_shell_server
    rm -f -- "$work/shell.sql"
}

# --- figures ----------------------------------------------------------------------------------------------------------------------

# Line by line, the number in the one file divided by that in the other.
ratios() { paste "$1" "$2" | awk '{ printf "%.4f\n", $1 / $2 }'; }

missed=0
# Prints the median, smallest and largest of the numbers on standard input, and whether the median meets its goal: the most that it
# may be, or, after >=, the least; - is no goal.
figure() {
    local title=$1 decimals=$2 goal=$3 median low high verdict=-
    read -r median low high < <(sort -g |
        awk '{ v[NR] = $1 } END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2, v[1], v[NR] }')
    if [ "$goal" != - ]; then
        case $goal in '>='*) ;; *) goal="<=$goal" ;; esac
        verdict="${goal:0:2} ${goal:2}"
        if awk -v m="$median" -v g="${goal:2}" -v least="${goal:0:2}" 'BEGIN { exit !(least == ">=" ? m >= g : m <= g) }'; then
            verdict+='  met'
        else
            verdict+='  MISSED'
            missed=1
        fi
    fi
    printf '%-62s %10.*f %10.*f %10.*f  %s\n' "$title" "$decimals" "$median" "$decimals" "$low" "$decimals" "$high" "$verdict"
}

# --- set-up -----------------------------------------------------------------------------------------------------------------------

# shellcheck source=/dev/null
command -v cargo >/dev/null || [ ! -e "$HOME/.cargo/env" ] || source "$HOME/.cargo/env"
command -v cargo >/dev/null || fail 'Rust is not installed; see https://rustup.rs'
bin=$("$root/tests/setup/postgres.sh") || exit 2
say 'building'
(cd "$root" && cargo build --release --quiet && guest-checks/build.sh >"$work/build.log" 2>&1) ||
    fail "the build failed: $(tail -n 1 "$work/build.log" 2>/dev/null)"
program=$root/target/release/vhost
# Builds a benchmark in a clone, and says where it is.
bench() {
    local built
    built=$(cd "${2:-$root}" && cargo build --release --workspace --bench "$1" --message-format=json-render-diagnostics --quiet |
        sed -n 's/.*"name":"'"$1"'".*"executable":"\([^"]*\)".*/\1/p')
    [ -x "$built" ] || fail "cargo did not say where the benchmark $1 is"
    printf '%s\n' "$built"
}
hashing=$(bench hashing) || exit 2
looking=$(bench checks) || exit 2
scanning=$(bench scanner) || exit 2
if [ -n "$against" ]; then
    [ -x "$against/target/release/vhost" ] || fail "no vhost is built in $against: run cargo build --release there"
    scanning_earlier=$(bench scanner "$against") || exit 2
fi

checks=()
grants=$(cat "$example/vhost.grants.toml.in")
for name in row-matrix row-exact row-unchanged exclusive-reference relation-empty; do
    component=$root/guest-checks/$name.wasm
    checks+=("$component")
    digest=$(sha256sum "$component")
    grants=${grants//@$name@/${digest%% *}}
done
printf '%s\n' "$grants" >"$work/vhost.grants.toml"

# The example's plan finds its password in state/ beside it.
mkdir "$big" "$one"
cp "$example/vhost.toml" "$big/"
cp "$example/vhost.toml" "$one/"
if [ -n "$given" ]; then
    ln -s "$(cd "$given" && pwd)" "$big/state"
else
    say "starting the source at scale $scale"
    "$example/source.sh" start --scale "$scale" --dir "$big/state" --bin "$bin" || exit 2
    sources+=("$big/state")
fi
say 'starting the source at scale 1'
"$example/source.sh" start --scale 1 --dir "$one/state" --bin "$bin" || exit 2
sources+=("$one/state")

(umask 077 && printf '*:*:*:*:%s\n' "$(cat "$big/state/source.pw")" >"$work/pgpass")

socket=$(cat "$one/state/source.dir")/socket
"$bin/psql" -X -q -v ON_ERROR_STOP=1 -h "$socket" -U postgres -d postgres -c 'CREATE DATABASE small TEMPLATE template0' || exit 2
"$bin/psql" -X -q -v ON_ERROR_STOP=1 -h "$socket" -U postgres -d small <<-'SQL' || exit 2
	CREATE TABLE customer (id integer PRIMARY KEY, name text NOT NULL, joined date NOT NULL);
	CREATE TABLE purchase (id integer PRIMARY KEY, customer integer NOT NULL REFERENCES customer, cents integer NOT NULL, note text);
	INSERT INTO customer SELECT i, 'customer ' || md5(i::text), date '2020-01-01' + i FROM generate_series(1, 500) AS i;
	INSERT INTO purchase SELECT i, 1 + i % 500, i * 7919 % 100000, md5(i::text) || md5((-i)::text) FROM generate_series(1, 3400) AS i;
	CREATE INDEX ON purchase (customer);
SQL
cat >"$work/small.toml" <<-TOML
	name = "small"
	[source]
	conninfo = "service=closeout dbname=small"
	password_file = "$one/state/source.pw"
	[sandbox]
	image = "vhost-postgres:15"
	[checks.row-matrix]
	total = 3900
	[checks.row-matrix.relations]
	"public.customer" = 500
	"public.purchase" = 3400
TOML
cat >"$work/small.grants.toml" <<-TOML
	version = 1
	[[grant]]
	check = "row-matrix"
	component = "sha256:$(sha256sum <"$root/guest-checks/row-matrix.wasm" | cut -d ' ' -f 1)"
	imports = ["vhost:check/query@0.1.0", "vhost:check/settings@0.1.0"]
	report = "counts"
	read = ["public.customer(id)", "public.purchase(id)"]
	withheld = ["memory", "statements", "rows", "bytes"]
	[grant.limits]
	memory = "64MiB"
	time = "30s"
	statements = 100
	rows = 1000
	bytes = "1MiB"
TOML

# 100,000 objects: functions, comments on them, tables and their keys.
"$bin/psql" -X -q -v ON_ERROR_STOP=1 -h "$socket" -U postgres -d postgres -c 'CREATE DATABASE objects TEMPLATE template0' || exit 2
"$bin/psql" -X -q -v ON_ERROR_STOP=1 -h "$socket" -U postgres -d objects <<-'SQL' || exit 2
	SELECT format('CREATE FUNCTION f_%1$s(value integer) RETURNS integer LANGUAGE sql AS $b$SELECT value + %1$s$b$', i),
	       format('COMMENT ON FUNCTION f_%1$s(integer) IS $c$adds %1$s$c$', i) FROM generate_series(1, 49000) AS i \gexec
	SELECT format('CREATE TABLE t_%s (id integer PRIMARY KEY, name text)', i) FROM generate_series(1, 1000) AS i \gexec
	INSERT INTO t_1 VALUES (1, 'one');
SQL
cat >"$work/objects.toml" <<-TOML
	name = "objects"
	[source]
	conninfo = "service=closeout dbname=objects"
	password_file = "$one/state/source.pw"
TOML

# 200 checks that differ in nothing but their names.
mkdir "$work/many"
cat >"$work/many.toml" <<-TOML
	name = "many"
	[source]
	conninfo = "service=closeout dbname=small"
	password_file = "$one/state/source.pw"
TOML
echo 'version = 1' >"$work/many.grants.toml"
# check.toml names it beside itself.
cp -- "$root/guest-checks/row-matrix/settings.schema.json" "$work/"
for number in $(seq -w 200); do
    sed "s/row-matrix/many-$number/" "$root/guest-checks/row-matrix/check.toml" >"$work/check.toml"
    "$root/target/release/vhost" bundle "$root/guest-checks/row-matrix.wasm" --replace --manifest "$work/check.toml" \
        --output "$work/many/many-$number.wasm" >"$work/bundle.log" 2>&1 || fail "no check was bundled: $(tail -n 1 "$work/bundle.log")"
    digest=$(sha256sum "$work/many/many-$number.wasm")
    cat >>"$work/many.toml" <<-TOML
	[checks.many-$number.relations]
	"public.customer" = 500
TOML
    sed -n '/^\[\[grant\]\]/,$p' "$work/small.grants.toml" |
        sed "s/row-matrix/many-$number/; s/sha256:[0-9a-f]*/sha256:${digest%% *}/" >>"$work/many.grants.toml"
done

docker_host=${VHOST_TEST_DOCKER_HOST:-${DOCKER_HOST:-unix:///var/run/docker.sock}}
docker=no
if command -v docker >/dev/null && DOCKER_HOST=$docker_host timeout 10 docker image inspect vhost-postgres:15 >/dev/null 2>&1; then docker=yes; fi

# --- the rounds -------------------------------------------------------------------------------------------------------------------

# What is read for the first time is slower; nobody is to pay for that in the first round.
PGSERVICEFILE=$big/state/pg_service.conf PGSERVICE=closeout PGPASSFILE=$work/pgpass "$bin/pg_dump" >/dev/null
small_drill --engine local
many_drill
small_bytes=$("$bin/pg_dump" -h "$socket" -U postgres -d small | wc -c)

for round in $(seq "$rounds"); do
    say "round $round of $rounds"
    if wanted drill; then
        # Who goes first changes.
        turns=(measure_drill measure_shell)
        [ -z "$against" ] || turns+=(measure_earlier)
        if [ $((round % 2)) = 0 ]; then
            reversed=()
            for turn in "${turns[@]}"; do reversed=("$turn" ${reversed[@]+"${reversed[@]}"}); done
            turns=("${reversed[@]}")
        fi
        for turn in "${turns[@]}"; do $turn; done
        example_drill "$one"
        printf '%s\n' "$peak" >>"$work/one.kib"
    fi
    if wanted hashing; then
        "$hashing" "$bin" "$big/state/pg_service.conf" "$big/state/source.pw" "$work" 2 >>"$work/hashing" || fail 'the benchmark of hashing failed'
    fi
    if wanted scanner; then
        for _ in 1 2 3; do
            "$scanning" 1 >>"$work/scanner.gb" || fail 'the benchmark of the scanner failed'
            [ -z "$against" ] || "$scanning_earlier" 1 >>"$work/scanner-earlier.gb" || fail 'the earlier benchmark of the scanner failed'
        done
    fi
    if wanted memory; then
        PGSERVICEFILE=$one/state/pg_service.conf drill "$work/objects.toml" --engine local --no-checks
        printf '%s\n' "$peak" >>"$work/objects.kib"
    fi
    if wanted small; then
        small_drill --engine local
        printf '%s\n' "$took" >>"$work/small_local.s"
    fi
    if wanted many; then
        many_drill
        awk -v all="$looked" 'BEGIN { print all / 200 }' >>"$work/many.ms"
    fi
    if wanted rows; then
        sync -f "$work"
        (cd "$root/host" && CARGO=$(command -v cargo) "$looking" 2) >>"$work/looking" || fail 'the benchmark of checks failed'
    fi
    if [ "$docker" = yes ] && wanted small; then
        small_drill --engine docker --docker-host "$docker_host"
        printf '%s\n' "$took" >>"$work/small_docker.s"
    fi
done

# --- the answer -------------------------------------------------------------------------------------------------------------------

mib() { awk '{ print $1 / 1024 }' "$1"; }

printf '%s rounds, scale %s; a small dump has %s bytes\n' "$rounds" "$scale" "$small_bytes"
printf '%-62s %10s %10s %10s  %s\n' figure median smallest largest goal
# What is compared within a round, so that it has that round's noise.
if wanted drill; then
    mib "$work/big.kib" >"$work/big.mib"
    mib "$work/one.kib" >"$work/one.mib"
    paste "$work/big.mib" "$work/one.mib" | awk '{ print $1 - $2 }' >"$work/growth.mib"
    ratios "$work/drill.s" "$work/shell.s" >"$work/drill.ratio"
    printf 'the plain dump has %s bytes\n' "$dump_bytes"
    figure 'shell pipeline: pg_dump, sha256sum, psql (s)' 2 - <"$work/shell.s"
    figure 'drill, local engine (s)' 2 - <"$work/drill.s"
    figure 'drill with its round trip / shell pipeline' 3 1.0 <"$work/drill.ratio"
    figure 'peak memory of vhost (MiB)' 1 64 <"$work/big.mib"
    figure 'peak memory of vhost at scale 1 (MiB)' 1 64 <"$work/one.mib"
    figure 'peak memory, growth from scale 1 (MiB)' 1 8 <"$work/growth.mib"
    if [ -n "$against" ]; then
        ratios "$work/drill.s" "$work/earlier.s" >"$work/earlier.ratio"
        mib "$work/earlier.kib" >"$work/earlier.mib"
        figure 'drill of the other version (s)' 2 - <"$work/earlier.s"
        figure 'drill / drill of the other version' 3 0.95 <"$work/earlier.ratio"
        figure 'peak memory of the other version (MiB)' 1 - <"$work/earlier.mib"
    fi
fi
if wanted memory; then
    mib "$work/objects.kib" >"$work/objects.mib"
    figure 'peak memory of vhost, 100,000 objects (MiB)' 1 64 <"$work/objects.mib"
fi
if wanted hashing; then
    cut -d ' ' -f 1 "$work/hashing" >"$work/hashed.s"
    cut -d ' ' -f 2 "$work/hashing" >"$work/copied.s"
    ratios "$work/hashed.s" "$work/copied.s" >"$work/hashing.ratio"
    figure 'dump with its output only written (s)' 2 - <"$work/copied.s"
    figure 'dump as vhost takes it / only written' 3 1.05 <"$work/hashing.ratio"
fi
if wanted scanner; then
    figure 'scanner with digests, one core (GB/s)' 2 '>=1' <"$work/scanner.gb"
    if [ -n "$against" ]; then
        ratios "$work/scanner.gb" "$work/scanner-earlier.gb" >"$work/scanner.ratio"
        figure 'scanner of the other version (GB/s)' 2 - <"$work/scanner-earlier.gb"
        figure 'scanner / scanner of the other version' 3 '>=1.3' <"$work/scanner.ratio"
    fi
fi
if wanted rows; then
    # How fast a check is, as a part of how fast tokio-postgres is.
    for how in pages rows; do awk -v how="$how" '$1 == how { printf "%.4f\n", $3 / $2 }' "$work/looking" >"$work/$how.ratio"; done
    awk '$1 == "start" { print $2 * 1000 }' "$work/looking" >"$work/start.ms"
    figure 'rows through a check in pages of columns / tokio-postgres' 3 '>=0.8' <"$work/pages.ratio"
    figure 'rows through a check row by row / tokio-postgres' 3 '>=0.5' <"$work/rows.ratio"
    figure 'a cached check, from the cache to its report (ms)' 2 5 <"$work/start.ms"
fi
if wanted many; then figure '200 checks of one restored database, each (ms)' 1 20 <"$work/many.ms"; fi
if wanted small; then
    figure 'drill of a small dump, local engine (s)' 2 3 <"$work/small_local.s"
    if [ "$docker" = yes ]; then
        figure 'drill of a small dump, docker engine (s)' 2 3 <"$work/small_docker.s"
    else
        printf '%-62s %s\n' 'drill of a small dump, docker engine (s)' "not measured: no engine with vhost-postgres:15 answers on $docker_host"
    fi
fi
exit "$missed"
