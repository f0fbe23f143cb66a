# what: a statement stands behind a COPY on its line
# expect: digest in line text behind a COPY
# stage: dump
sed -i '0,/^COPY \(.*\) FROM stdin;$/s//COPY \1 FROM stdin; SELECT 1;/' "$1"
