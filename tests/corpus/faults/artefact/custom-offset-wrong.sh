# what: a custom dump that says its rows are where they are not
# form: custom:0
# expect: digest damaged | digest offset | restore-log tool-failure | digest dump
perl -0777pi -e 's/\n\\\.\n//; substr($_, length($_) * 6 / 10, 40) = ""' "$1"
