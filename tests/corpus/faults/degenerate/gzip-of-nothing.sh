# what: gzip of no bytes, as a pipe leaves it when pg_dump failed
# wrap: gz
# expect: digest empty | digest no dump
: >"$1"
