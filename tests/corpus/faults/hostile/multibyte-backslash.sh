# what: the second byte of a letter in SJIS is a backslash, which escapes nothing for psql
# base: plain
# pg_dump: --encoding=SJIS
# expect: fidelity definition-differs | fidelity unlisted | digest heading
python3 - "$1" <<'PY'
import sys
text = open(sys.argv[1], 'rb').read()
end = b'--\n-- PostgreSQL database dump complete'
hidden = b"SET client_encoding = E'SJIS\x83\\'; CREATE FUNCTION pg_catalog.unlisted() RETURNS int LANGUAGE sql AS $$SELECT 1$$; --'\n;\n\n"
assert end in text
open(sys.argv[1], 'wb').write(text.replace(end, hidden + end))
PY
