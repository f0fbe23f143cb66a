# what: a file that bzip2 has compressed
# expect: stop bzip2 | digest bzip2
printf 'BZh91AY&SY\023\047' >"$1"
