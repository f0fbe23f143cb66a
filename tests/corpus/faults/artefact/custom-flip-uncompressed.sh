# what: an uncompressed custom dump with a flipped byte in a value
# plan: reference.rows."*" = "exact"
# form: custom:0
# reference: base
# expect: drift TABLE DATA customer same
perl -0777pi -e 's/Customer 17/Customer 16/' "$1"
