# what: the script that pg_restore makes of an archive, in one transaction
# form: custom
"$BIN/pg_restore" --single-transaction --exit-on-error -f script "$1"
mv script "$1"
