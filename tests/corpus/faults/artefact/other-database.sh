# what: the dump of another database
# given: sha256
# expect: digest stated | stop stated
perl -pi -e 's/^(-- Name: )shop/$1cafe/; s/\bshop\./cafe./g' "$1"
