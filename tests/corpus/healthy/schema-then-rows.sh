# what: the schema and the rows, taken apart and put together with cat
# form: custom
"$BIN/pg_restore" --schema-only --file=schema "$1"
"$BIN/pg_restore" --data-only --file=rows "$1"
cat schema rows >"$1"
