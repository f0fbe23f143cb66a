# what: an uncompressed custom dump with a flipped byte in a value
# form: custom:0
# reference: base
# expect: drift TABLE DATA customer content
perl -0pi -e 's/Customer 17/Customer 16/' "$1"
