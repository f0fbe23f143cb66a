# what: a flipped byte that makes a number none
# expect: restore-log COPY 22P02
perl -pi -e 's/^100\t/1x0\t/ if /^COPY shop.orders / .. /^\\\.$/' "$1"
