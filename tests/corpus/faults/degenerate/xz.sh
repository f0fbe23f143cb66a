# what: a file that xz has compressed
# expect: stop xz | digest xz
printf '\3757zXZ\000\000\004\346\326\264\106' >"$1"
