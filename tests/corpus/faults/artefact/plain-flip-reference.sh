# what: a flipped byte in a value, and there is a reference
# reference: base
# expect: drift TABLE DATA customer content
perl -0pi -e 's/Customer 17/Customer 16/' "$1"
