# what: tabs were turned to blanks on the way
# expect: restore-log COPY
expand "$1" >wrapped
mv wrapped "$1"
