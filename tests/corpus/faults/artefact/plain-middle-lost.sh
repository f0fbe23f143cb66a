# what: a piece of the middle is gone
# expect: digest cut in the middle | restore-log COPY
size=$(wc -c <"$1")
{ head -c $((size / 2)) "$1"; tail -c +$((size / 2 + 4096)) "$1"; } >part
mv part "$1"
