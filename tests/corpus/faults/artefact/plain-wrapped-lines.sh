# what: long lines were wrapped on the way
# expect: restore-log COPY | digest line
fold -w 60 "$1" >wrapped
mv wrapped "$1"
