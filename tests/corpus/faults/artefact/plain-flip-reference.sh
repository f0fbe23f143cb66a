# what: a flipped byte in a value, and there is a reference
# plan: reference.rows."*" = "exact"
# reference: base
# expect: drift TABLE DATA customer same
perl -0777pi -e 's/Customer 17/Customer 16/' "$1"
