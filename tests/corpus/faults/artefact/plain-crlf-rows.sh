# what: line ends converted in one block of rows
# reference: base
# expect: digest Windows
perl -pi -e 's/\n/\r\n/ if /^COPY shop.line / .. /^\\\.$/' "$1"
