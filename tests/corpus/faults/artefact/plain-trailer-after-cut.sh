# what: a plain dump, cut in a row, with its closing comment put behind the cut
# expect: digest cut in the middle | restore-log COPY
head -c $((($(wc -c <"$1") + 300) / 3)) "$1" >part
tail -n 6 "$1" >>part
mv part "$1"
