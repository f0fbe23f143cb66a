# what: a text that is no dump
# expect: digest no dump | digest header
printf 'pg_dump: error: connection to server on socket "/run/postgresql/.s.PGSQL.5432" failed\n' >"$1"
