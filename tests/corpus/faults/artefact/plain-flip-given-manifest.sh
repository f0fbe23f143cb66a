# what: a flipped byte in a value, and the manifest is stated
# given: manifest
# expect: digest customer | fidelity customer | drift customer
perl -0777pi -e 's/Customer 17/Customer 16/' "$1"
