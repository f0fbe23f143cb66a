# what: a file that gpg has encrypted, as text
# expect: stop encrypted by GnuPG
# verdict: INCONCLUSIVE
{ printf -- '-----BEGIN PGP MESSAGE-----\n\n'; head -c 300 "$1" | od -An -tx1; printf -- '-----END PGP MESSAGE-----\n'; } >pgp
mv pgp "$1"
