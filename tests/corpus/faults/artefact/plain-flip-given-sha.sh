# what: a flipped byte in a value, and the digest is stated
# given: sha256
# expect: digest stated | stop stated
sed -i 's/^\(7\t.*\)sku-13\t/\1sku-12\t/' "$1"
cmp -s "$1" /dev/null && exit 1
perl -0777pi -e 's/Customer 17/Customer 16/' "$1"
