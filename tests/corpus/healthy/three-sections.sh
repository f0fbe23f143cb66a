# what: the three sections, taken apart and put together with cat
# form: custom
for section in pre-data data post-data; do "$BIN/pg_restore" --section="$section" --file="$section" "$1"; done
cat pre-data data post-data >"$1"
