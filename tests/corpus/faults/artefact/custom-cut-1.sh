# what: a custom dump, cut at 1 %
# form: custom
# expect: digest truncated | digest damaged | digest end | restore-log tool-failure
head -c $(($(wc -c <"$1") * 1 / 100)) "$1" >part
mv part "$1"
