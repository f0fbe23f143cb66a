# what: words of a terminal stand behind the closing comment
# expect: digest goes on behind closing comment in line
# stage: dump
echo 'Process exited 0' >>"$1"
