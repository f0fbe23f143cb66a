# what: the dump was taken with --enable-row-security, so it has the rows that one role may see
# reference: none
# expect: digest row security | fidelity row security | fresh-dump row security
sed -i 's/^SET row_security = off;$/SET row_security = on;/' "$1"
