# what: line ends converted to those of Windows
# expect: digest Windows
perl -pi -e 's/\n/\r\n/' "$1"
