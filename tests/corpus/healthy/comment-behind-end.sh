# what: a comment was written behind pg_dump's closing comment
printf -- '-- taken by the night job\n' >>"$1"
