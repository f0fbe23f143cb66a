# what: a NUL byte ends a comment's line for psql, so that the next line is a comment too
# expect: digest in line NUL byte
# stage: dump
sed -i '0,/^CREATE TABLE /s//-- x\x00\n&/' "$1"
