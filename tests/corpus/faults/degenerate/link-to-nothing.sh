# what: a link to a file that is gone
# expect: refused read | stop read | refused No such file
rm "$1"
ln -s gone.dump "$1"
