# what: a plain dump, cut at 60 %
# expect: digest truncated
head -c $(($(wc -c <"$1") * 60 / 100)) "$1" >part
mv part "$1"
