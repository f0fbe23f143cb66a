# what: a file of one byte
# expect: digest no dump | digest header
printf '\n' >"$1"
