# what: a directory dump without compression, whose largest file lost its last rows and kept its end mark
# form: directory:0
# reference: base
# also: restore-log
# expect: drift TABLE DATA line | drift TABLE DATA orders | drift TABLE DATA visit
file=$(find "$1" -name '[0-9]*.dat' -size +8k | sort | head -n 1)
{ head -n 20 "$file"; printf '\\.\n\n\n'; } >part
mv part "$file"
