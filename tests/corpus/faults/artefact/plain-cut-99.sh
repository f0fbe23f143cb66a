# what: a plain dump, cut at 99 %
# expect: digest truncated
head -c $(($(wc -c <"$1") * 99 / 100)) "$1" >part
mv part "$1"
