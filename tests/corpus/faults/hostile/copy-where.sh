# what: a COPY calls a function for each row
# expect: fidelity log | digest log | stop log | fidelity heading | restore-log log
sed -i 's/^COPY shop.log .* FROM stdin/& WHERE pg_catalog.pg_reload_conf()/' "$1"
grep -q WHERE.pg_catalog "$1"
