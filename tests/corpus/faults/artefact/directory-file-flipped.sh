# what: a directory dump with a flipped byte in one of its files
# form: directory
# expect: digest damaged | digest decompress | restore-log tool-failure
file=$(ls -S "$1"/*.dat.gz | head -n 1)
perl -0777pi -e 'substr($_, length($_) / 2, 1) ^= "\x10"' "$file"
