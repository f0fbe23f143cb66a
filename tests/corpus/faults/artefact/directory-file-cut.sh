# what: a directory dump, one of its files cut in half
# form: directory
# expect: digest truncated | digest damaged | restore-log tool-failure
file=$(ls -S "$1"/*.dat.gz | head -n 1)
head -c $(($(wc -c <"$file") / 2)) "$file" >part
mv part "$file"
