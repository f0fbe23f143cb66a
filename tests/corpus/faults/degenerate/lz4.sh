# what: a file that lz4 has compressed
# expect: stop lz4 | digest lz4
printf '\004\042\115\030\144\100\247' >"$1"
