# what: a block of zeros in the rows, as a lost sector leaves it
# expect: restore-log COPY | restore-log 22021 | digest NUL
perl -0777pi -e 's/(COPY shop\.visit_2023.*?\n.{200}).{512}/$1 . "\0" x 512/es' "$1"
