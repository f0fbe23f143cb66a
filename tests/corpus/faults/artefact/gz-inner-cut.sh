# what: a whole .gz file of a dump that was cut before it was compressed
# wrap: gz
# expect: digest truncated
head -c $(($(wc -c <"$1") * 60 / 100)) "$1" >part
mv part "$1"
