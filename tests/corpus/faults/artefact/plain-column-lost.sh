# what: the rows of a table came without one of its columns
# expect: fidelity TABLE DATA log what
awk 'BEGIN { FS = OFS = "\t" }
/^COPY shop.log /  { print "COPY shop.log (id) FROM stdin;"; rows = 1; next }
rows && $0 == "\\." { rows = 0 }
rows { print $1; next }
{ print }' "$1" >changed
mv changed "$1"
