# what: a meta-command of pg_dump's stands inside a CREATE TABLE
# expect: digest in line meta-command \restrict inside a statement
# stage: dump
sed -i '0,/^CREATE TABLE .*($/s//&\n\\restrict k0/' "$1"
