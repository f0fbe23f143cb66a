# what: in an archive's definition a carriage return ends a comment for the server, and what follows is run
# base: plain
# form: directory
# expect: digest carriage | fidelity carriage | fidelity unlisted | fidelity pg_catalog
python3 - "$1/toc.dat" <<'PY'
import struct, sys
toc = open(sys.argv[1], 'rb').read()
# A text is a sign, four bytes of its length, and its bytes.
at = toc.index(b'CREATE SCHEMA app;\n')
old = b'CREATE SCHEMA app;\n'
new = old + b"-- a note\rCREATE FUNCTION pg_catalog.unlisted() RETURNS int LANGUAGE sql AS 'SELECT 1';\n"
assert toc[at - 5:at] == b'\0' + struct.pack('<i', len(old))
open(sys.argv[1], 'wb').write(toc[:at - 5] + b'\0' + struct.pack('<i', len(new)) + new + toc[at + len(old):])
PY
