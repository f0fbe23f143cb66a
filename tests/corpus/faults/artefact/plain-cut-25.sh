# what: a plain dump, cut at 25 %
# expect: digest truncated
head -c $(($(wc -c <"$1") * 25 / 100)) "$1" >part
mv part "$1"
