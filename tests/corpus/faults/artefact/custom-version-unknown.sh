# what: a custom dump of an archive version that nobody knows
# form: custom
# expect: digest header | digest version | restore-log tool-failure
perl -0777pi -e 'substr($_, 6, 1) = "\x09"' "$1"
