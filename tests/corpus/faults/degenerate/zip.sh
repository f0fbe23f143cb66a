# what: a zip file
# expect: stop zip | digest zip
{ printf 'PK\003\004\024\000\000\000\010\000'; head -c 300 "$1"; } >part
mv part "$1"
