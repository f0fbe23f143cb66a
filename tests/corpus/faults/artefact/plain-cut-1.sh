# what: a plain dump, cut at 1 %
# expect: digest truncated
head -c $(($(wc -c <"$1") * 1 / 100)) "$1" >part
mv part "$1"
