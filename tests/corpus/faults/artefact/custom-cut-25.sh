# what: a custom dump, cut at 25 %
# form: custom
# expect: digest truncated | digest damaged | digest end | restore-log tool-failure
head -c $(($(wc -c <"$1") * 25 / 100)) "$1" >part
mv part "$1"
