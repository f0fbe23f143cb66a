# what: a tar dump, cut at 60 %
# form: tar
# expect: digest truncated | digest damaged | digest end | restore-log tool-failure
head -c $(($(wc -c <"$1") * 60 / 100)) "$1" >part
mv part "$1"
