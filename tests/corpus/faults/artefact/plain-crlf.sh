# what: line ends converted to those of Windows
# expect: digest line | restore-log COPY | digest CR
perl -pi -e 's/\n/\r\n/' "$1"
