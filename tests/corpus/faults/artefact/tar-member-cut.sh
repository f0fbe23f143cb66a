# what: a tar dump, one member of which lost its rows
# form: tar
# reference: base
# expect: drift TABLE DATA | restore-log COPY | digest damaged
mkdir t && cd t && tar xf "$1"
file=$(ls -S ./*.dat | grep -v toc.dat | head -n 1)
{ head -n 20 "$file"; printf '\\.\n\n\n'; } >part
mv part "$file"
# pg_restore reads members in the order of the table of contents, which comes first.
tar cf "$1" --format=ustar --owner=0 --group=0 toc.dat $(ls -v ./*.dat blob* restore.sql 2>/dev/null | grep -v toc.dat | sed 's|^\./||')
