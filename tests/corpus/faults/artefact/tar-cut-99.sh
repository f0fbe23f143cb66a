# what: a tar dump, cut at 99 %
# form: tar
# expect: digest truncated | digest damaged | digest end | restore-log tool-failure
head -c $(($(wc -c <"$1") * 99 / 100)) "$1" >part
mv part "$1"
