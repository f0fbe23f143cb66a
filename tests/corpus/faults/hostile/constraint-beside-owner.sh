# what: without roles, a constraint is lost with the owner that its statement sets too, and that error is benign
# base: plain
# plan: restore.roles = "skip"
# reference: none
# expect: fidelity person | restore-log person
sed -i 's/^ALTER TABLE app.person OWNER TO shop_owner;$/ALTER TABLE app.person ADD CONSTRAINT person_small CHECK (id < 1000), OWNER TO shop_owner;/' "$1"
