# what: keys stand before the rows that they are of, in a dump put together of definitions and rows
# base: keys
# form: custom
for part in schema-only data-only; do "$BIN/pg_restore" --"$part" --file="$part" "$1"; done
cat schema-only data-only >"$1"
