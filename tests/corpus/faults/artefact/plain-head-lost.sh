# what: the first kilobyte is gone
# expect: digest header | digest no dump
tail -c +1025 "$1" >part
mv part "$1"
