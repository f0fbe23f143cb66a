# what: a .zst dump, cut at 99 %
# packed: zst
# expect: digest truncated | digest damaged | digest decompress
head -c $(($(wc -c <"$1") * 99 / 100)) "$1" >part
mv part "$1"
