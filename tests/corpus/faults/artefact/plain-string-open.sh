# what: a quote is gone, so that a string never ends
# expect: digest truncated | digest meta-command | digest cut in the middle
# stage: dump
sed -i "0,/^COMMENT ON .* IS '\(.*\)';/s//COMMENT ON TABLE x IS '\1;/" "$1"
