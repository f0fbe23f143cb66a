# what: pg_dump's header comment and nothing else
# expect: digest truncated
head -n 8 "$1" >part
mv part "$1"
