# what: a piece of the middle is gone
# expect: restore-log COPY | digest COPY | restore-log 42601
size=$(wc -c <"$1")
{ head -c $((size / 2)) "$1"; tail -c +$((size / 2 + 4096)) "$1"; } >part
mv part "$1"
