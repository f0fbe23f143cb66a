# what: a flipped byte in the body of a function
# reference: base
# expect: drift FUNCTION gross(
perl -0777pi -e 's/net \* 1\.19/net * 1.18/' "$1"
