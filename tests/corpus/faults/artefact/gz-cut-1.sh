# what: a .gz dump, cut at 1 %
# packed: gz
# expect: digest truncated | digest damaged | digest decompress
head -c $(($(wc -c <"$1") * 1 / 100)) "$1" >part
mv part "$1"
