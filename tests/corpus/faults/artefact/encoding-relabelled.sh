# what: the dump names another encoding than its text is in
# expect: drift TABLE DATA encoding
# reference: base
# plan: reference.rows."*" = "exact"
sed -i "s/^SET client_encoding = 'UTF8';/SET client_encoding = 'LATIN1';/" "$1"
