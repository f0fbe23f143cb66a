# what: a custom dump with a flipped byte in compressed rows
# form: custom
# expect: digest damaged | digest decompress | restore-log tool-failure
perl -0777pi -e 'substr($_, length($_) * 9 / 10, 1) ^= "\x10"' "$1"
