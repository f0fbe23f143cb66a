# what: a call that restores statistics casts through a domain of the dump, whose check is run and seen by nobody
# server: 18
# base: plain
# pg_dump: --statistics
# reference: none
# expect: fidelity STATISTICS | fidelity definition-differs | digest heading
python3 - "$1" <<'PY'
import sys
text = open(sys.argv[1]).read()
# What stands there already is a function that returns a value; the domain is one of the dump's own in an attack.
text = text.replace("'0'::integer", "'0'::information_schema.cardinal_number::integer", 1)
open(sys.argv[1], 'w').write(text)
PY
