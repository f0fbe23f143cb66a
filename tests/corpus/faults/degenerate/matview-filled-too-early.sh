# what: a materialized view is filled before the rows that it is made of arrive
# reference: none
# expect: fidelity turnover
python3 - "$1" <<'PY'
import re, sys
text = open(sys.argv[1]).read()
entry = re.search(r"--\n-- Name: turnover; Type: MATERIALIZED VIEW DATA;[^\n]*\n--\n\n[^\n]*\n\n\n", text)
text = text.replace(entry[0], '')
at = text.index('--\n-- Data for Name: ')
open(sys.argv[1], 'w').write(text[:at] + entry[0] + text[at:])
PY
