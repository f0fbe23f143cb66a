# what: an encrypted file, which looks like noise
# expect: digest no dump | digest header | stop encrypted
perl -e 'srand 7; print "Salted__", map { chr int rand 256 } 1 .. 4096' >"$1"
