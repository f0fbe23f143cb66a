# what: two dumps in one file
# expect: restore-log already-exists | restore-log 42P07 | restore-log 42P06 | digest second
cat "$1" "$1" >twice
mv twice "$1"
