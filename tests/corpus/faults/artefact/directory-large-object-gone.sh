# what: a directory dump without a large object's file
# form: directory
# expect: digest missing | digest blob | restore-log tool-failure
rm "$1/blob_4711.dat.gz"
