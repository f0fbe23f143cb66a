# what: blanks stand before \restrict
# expect: digest in line 5 meta-command \restrict does not begin its line
# stage: dump
sed -i '0,/^\\restrict /s//  &/' "$1"
