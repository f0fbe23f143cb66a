# what: a plain dump without its closing comment
# expect: digest truncated
sed '/^-- PostgreSQL database dump complete/,$d' "$1" >part
mv part "$1"
