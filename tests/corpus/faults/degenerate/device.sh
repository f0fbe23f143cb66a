# what: a device instead of a file
# expect: stop file | stop pipe | refused file | digest empty
rm "$1"
ln -s /dev/null "$1"
