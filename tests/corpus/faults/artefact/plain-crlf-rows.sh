# what: line ends converted in one block of rows
# reference: base
# expect: restore-log COPY | drift line
perl -pi -e 's/\n/\r\n/ if /^COPY shop.line / .. /^\\\.$/' "$1"
