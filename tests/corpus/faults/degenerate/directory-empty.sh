# what: an empty directory
# expect: stop toc.dat | digest toc.dat
rm "$1"
mkdir "$1"
