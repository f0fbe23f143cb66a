# what: of two dumps in one file, the first breaks off
# expect: digest another dump begins in line
# stage: dump
{ head -n 40 "$1"; cat "$1"; } >twice
mv twice "$1"
