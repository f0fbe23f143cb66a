# what: a directory dump, one of its files empty
# form: directory
# expect: digest truncated | digest empty | digest damaged | restore-log tool-failure | restore-log COPY
file=$(ls -S "$1"/*.dat.gz | head -n 1)
: >"$file"
