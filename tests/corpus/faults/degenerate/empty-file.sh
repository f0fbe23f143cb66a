# what: a file of no bytes
# expect: digest empty
: >"$1"
