# what: saved by an editor with a byte order mark
# expect: stop byte order mark | digest byte order mark
perl -0777pi -e 's/^/\xef\xbb\xbf/' "$1"
