# what: a data directory instead of a dump
# expect: stop toc.dat | digest toc.dat
rm "$1"
mkdir -p "$1/base/1"
printf '15\n' >"$1/PG_VERSION"
