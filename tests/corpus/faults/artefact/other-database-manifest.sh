# what: the dump of another database, and the manifest is stated
# given: manifest
# expect: digest missing | fidelity missing | drift missing
perl -pi -e 's/\bSchema: shop;/Schema: cafe;/; s/(-- Name: )shop; Type: SCHEMA/$1cafe; Type: SCHEMA/; s/\bSCHEMA shop\b/SCHEMA cafe/g; s/\bshop\./cafe./g; s/search_path TO .shop./search_path TO cafe/' "$1"
