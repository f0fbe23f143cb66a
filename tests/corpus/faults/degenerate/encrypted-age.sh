# what: a file that age has encrypted
# expect: digest no dump | digest header | stop encrypted | stop age
printf 'age-encryption.org/v1\n-> X25519 abc\nxyz\n--- abc\n' >"$1"
