# what: a custom dump with something else behind it
# form: custom
# expect: digest behind | digest damaged | digest end
printf 'left over from a longer file' >>"$1"
