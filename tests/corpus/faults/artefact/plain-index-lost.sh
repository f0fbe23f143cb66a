# what: a dump that lost an index, with the manifest that it was taken with
# given: manifest
# expect: digest INDEX orders_placed | drift INDEX orders_placed | fidelity INDEX orders_placed
sed -i '/^-- Name: orders_placed; Type: INDEX/,/^CREATE INDEX/d' "$1"
