# shellcheck shell=bash
# Steps side by side. A script that sources this file says
#
#   step NAME COMMAND...   to start one; what it says goes to a log
#   finish                 to wait for all; each one's log is printed when it ends, and a failed one fails this at last
#   stop_steps             in its trap: ends what still runs, by its process group, and prints what that had said
#
# It needs Bash 5.1.

declare -A step_names=() step_begins=()
steps_done=()
steps_failed=()
step_logs=$(mktemp -d "${TMPDIR:-/tmp}/vhost-steps.XXXXXXXX")

step() {
    local name=$1
    shift
    printf '%s ... %s: begins\n' "$(date +%T)" "$name"
    # A group of its own, which can be ended as a whole.
    set -m
    "$@" </dev/null >"$step_logs/$name" 2>&1 &
    set +m
    step_names[$!]=$name
    step_begins[$!]=$SECONDS
}

# Prints what a step said, and forgets it. $2 is how it ended.
step_ended() {
    local pid=$1 name=${step_names[$1]}
    local line="$name: $2 after $((SECONDS - step_begins[$1])) s"
    printf '\n======== %s\n' "$name"
    cat "$step_logs/$name"
    printf '%s ... %s\n' "$(date +%T)" "$line"
    steps_done+=("$line")
    unset "step_names[$pid]" "step_begins[$pid]"
}

finish() {
    local pid code
    while [ "${#step_names[@]}" -gt 0 ]; do
        code=0
        wait -n -p pid "${!step_names[@]}" || code=$?
        if [ "$code" = 0 ]; then
            step_ended "$pid" ok
        else
            steps_failed+=("${step_names[$pid]}")
            step_ended "$pid" "FAILED with exit status $code"
        fi
    done
    [ "${#steps_failed[@]}" = 0 ]
}

stop_steps() {
    local pid
    for pid in "${!step_names[@]}"; do kill -TERM -- "-$pid" 2>/dev/null; done
    for pid in "${!step_names[@]}"; do
        wait "$pid"
        step_ended "$pid" stopped
    done
    rm -rf -- "$step_logs"
}
