# what: a .gz file of several members, as parallel compressors write it
size=$(wc -c <"$1")
{ head -c $((size / 2)) "$1" | gzip; tail -c +$((size / 2 + 1)) "$1" | gzip; } >two
mv two "$1"
