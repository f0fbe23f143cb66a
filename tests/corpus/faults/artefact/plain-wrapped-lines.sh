# what: long lines were wrapped on the way
# expect: restore-log COPY | restore-log 42601 | digest meta-command
fold -w 75 "$1" >wrapped
mv wrapped "$1"
