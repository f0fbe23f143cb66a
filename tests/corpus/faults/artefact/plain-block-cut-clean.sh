# what: rows and end marks cut out of a plain dump so that it is well formed
# reference: base
# expect: drift TABLE DATA line
sed -i '/^COPY shop.line /,/^\\\.$/{/^1[0-9]\t/d}' "$1"
