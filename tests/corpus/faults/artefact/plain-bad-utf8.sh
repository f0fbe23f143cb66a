# what: a byte that is no UTF-8
# expect: restore-log COPY 22021
perl -0777pi -e 's/Customer 17/Custom\xff\x31 17/' "$1"
