# what: a custom dump whose last rows were cut off and whose end was put together again
# form: custom
# expect: digest truncated | digest damaged | digest end | restore-log tool-failure
size=$(wc -c <"$1")
{ head -c $((size - 2000)) "$1"; tail -c 20 "$1"; } >part
mv part "$1"
