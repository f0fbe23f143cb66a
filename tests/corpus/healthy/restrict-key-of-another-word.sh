# what: the key of \restrict has signs that pg_dump refuses and psql takes
sed -i 's/^\\restrict .*/\\restrict a_b-c.1/; s/^\\unrestrict .*/\\unrestrict a_b-c.1/' "$1"
