# what: a setting that switches keys off stands between definitions and rows
# base: keys
# form: custom
for part in schema-only data-only; do "$BIN/pg_restore" --"$part" --file="$part" "$1"; done
{ cat schema-only; echo 'SET session_replication_role = replica;'; cat data-only; } >"$1"
