# what: a .gz dump with a flipped byte
# packed: gz
# expect: digest damaged | digest decompress
perl -0777pi -e 'substr($_, length($_) / 2, 1) ^= "\x10"' "$1"
