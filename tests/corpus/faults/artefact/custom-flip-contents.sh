# what: a custom dump with a flipped byte in its table of contents
# form: custom
# reference: base
# expect: drift FUNCTION gross(
perl -0777pi -e 's/net \* 1\.19/net * 1.18/' "$1"
