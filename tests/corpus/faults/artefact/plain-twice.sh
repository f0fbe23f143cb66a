# what: two whole dumps in one file
# expect: restore-log already-exists CREATE TABLE
# also: fidelity, drift
cat "$1" "$1" >twice
mv twice "$1"
