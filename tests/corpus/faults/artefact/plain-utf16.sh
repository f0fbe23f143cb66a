# what: written by a shell that turns text to UTF-16
# expect: stop UTF-16 | digest UTF-16
perl -0777pi -e 's/(.)/$1\0/gs; s/^/\xff\xfe/' "$1"
