# what: a .zst dump with something else behind it
# packed: zst
# expect: digest damaged | digest behind | digest decompress | digest truncated
printf 'left over from a longer file' >>"$1"
