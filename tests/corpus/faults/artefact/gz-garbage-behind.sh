# what: bytes stand behind the gzip file
# expect: digest damaged | digest decompress
gzip -c "$1" >packed
printf 'garbage behind the end' >>packed
mv packed "$1"
