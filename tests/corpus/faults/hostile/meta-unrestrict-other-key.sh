# what: the restriction is lifted by another key than it was made with
# expect: digest in line meta-command \unrestrict another key
# stage: dump
sed -i 's/^\\unrestrict .*/\\unrestrict k0/' "$1"
