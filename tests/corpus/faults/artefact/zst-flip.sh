# what: a .zst dump with a flipped byte
# packed: zst
# expect: digest damaged | digest decompress
perl -0777pi -e 'substr($_, length($_) / 2, 1) ^= "\x10"' "$1"
