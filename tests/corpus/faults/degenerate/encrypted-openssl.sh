# what: a file that openssl has encrypted
# expect: stop encrypted by openssl
# verdict: INCONCLUSIVE
{ printf 'Salted__'; head -c 300 "$1"; } >enc
mv enc "$1"
