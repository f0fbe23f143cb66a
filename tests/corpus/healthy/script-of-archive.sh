# what: the script that pg_restore makes of an archive
# form: custom
"$BIN/pg_restore" --clean --if-exists -f script "$1"
mv script "$1"
