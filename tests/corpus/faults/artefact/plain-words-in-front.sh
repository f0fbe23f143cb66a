# what: words of pg_dump's stand in front of the dump
# expect: digest has words in line 1, in front of pg_dump's heading in line 3
# stage: dump
{ echo 'pg_dump: warning: there are circular foreign-key constraints'; cat "$1"; } >words
mv words "$1"
