# what: a directory dump, two of its files swapped
# form: directory
# expect: restore-log COPY
one=$(ls -S "$1"/*.dat.gz | head -n 1)
other=$(ls -S "$1"/*.dat.gz | head -n 3 | tail -n 1)
mv "$one" swap
mv "$other" "$one"
mv swap "$other"
