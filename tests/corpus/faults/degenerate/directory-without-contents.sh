# what: a directory dump without its table of contents
# form: directory
# expect: stop toc.dat | digest toc.dat
rm "$1/toc.dat"
