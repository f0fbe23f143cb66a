# what: a directory dump without one of its files
# form: directory
# expect: digest missing | digest damaged | restore-log tool-failure
rm "$(ls -S "$1"/*.dat.gz | head -n 1)"
