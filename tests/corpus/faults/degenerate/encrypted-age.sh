# what: a file that age has encrypted
# expect: stop encrypted by age
# verdict: INCONCLUSIVE
printf 'age-encryption.org/v1\n-> X25519 abc\nxyz\n--- abc\n' >"$1"
