# what: \restrict and \unrestrict stand without a key
# expect: digest in line meta-command \restrict without the key
# stage: dump
sed -i 's/^\\restrict .*/\\restrict/; s/^\\unrestrict .*/\\unrestrict/' "$1"
