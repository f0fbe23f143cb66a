# what: a tar dump without its closing blocks
# form: tar
# expect: digest truncated | digest damaged
perl -0777pi -e 's/\0{1024,}\z//' "$1"
