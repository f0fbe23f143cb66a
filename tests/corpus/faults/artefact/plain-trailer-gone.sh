# what: a plain dump without its closing comment
# expect: digest truncated
sed '/^-- PostgreSQL database dump complete/,$d' "$1" >cut
mv cut "$1"
