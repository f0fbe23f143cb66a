# what: a plain dump without its very last line break
perl -0777pi -e 's/\n\z//' "$1"
