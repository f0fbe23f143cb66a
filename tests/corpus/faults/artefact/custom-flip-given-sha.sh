# what: an uncompressed custom dump with a flipped byte, and the digest is stated
# form: custom:0
# given: sha256
# expect: digest stated | stop stated
perl -0777pi -e 's/Customer 17/Customer 16/' "$1"
