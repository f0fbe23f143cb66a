# what: a statement lost from the middle of a plain dump
# reference: base
# expect: drift TRIGGER customer_touch
sed -i '/^-- Name: customer customer_touch; Type: TRIGGER/,/^CREATE TRIGGER/d' "$1"
