# what: a whole .zst file of a dump that was cut before it was compressed
# wrap: zst
# expect: digest truncated
head -c $(($(wc -c <"$1") * 60 / 100)) "$1" >part
mv part "$1"
