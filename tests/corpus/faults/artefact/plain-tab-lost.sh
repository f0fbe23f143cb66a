# what: a tab lost from a row
# expect: restore-log COPY 22P0
perl -pi -e 's/^100\t/100 / if /^COPY shop.orders / .. /^\\\.$/' "$1"
