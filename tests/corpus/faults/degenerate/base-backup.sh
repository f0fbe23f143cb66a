# what: a tar file of a data directory
# expect: stop table of contents | digest table of contents
rm "$1"
mkdir base
printf '15\n' >base/PG_VERSION
tar --format=ustar -cf "$1" base
