# what: two dumps in one file
# expect: digest goes on behind closing comment in line
# stage: dump
cat "$1" "$1" >twice
mv twice "$1"
