# what: a file that gpg has encrypted
# expect: digest no dump | digest header | stop encrypted | stop PGP
{ printf -- '-----BEGIN PGP MESSAGE-----\n\n'; head -c 300 "$1" | od -An -tx1; printf -- '-----END PGP MESSAGE-----\n'; } >pgp
mv pgp "$1"
