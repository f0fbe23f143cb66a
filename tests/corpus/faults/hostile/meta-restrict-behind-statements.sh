# what: a call and 2 MB of settings stand before a meta-command inside a statement
# expect: digest in line meta-command \restrict inside a statement
# stage: dump
{
    sed '/^SET statement_timeout/q' "$1"
    printf 'SELECT pg_catalog.pg_sleep(6);\n'
    yes "SET client_min_messages = 'warning';" | head -n 60000
    sed '1,/^SET statement_timeout/d; 0,/^CREATE TABLE .*($/s//&\n\\restrict k0/' "$1"
} >longer
mv longer "$1"
