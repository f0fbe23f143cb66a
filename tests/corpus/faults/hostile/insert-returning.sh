# what: something stands behind the row of an INSERT
# base: plain
# pg_dump: --inserts
# reference: none
# expect: fidelity INSERT | fidelity TABLE DATA | digest INSERT
sed -i '0,/^INSERT INTO .*);$/{/^INSERT INTO .*);$/s/;$/ RETURNING CURRENT_USER;/}' "$1"
