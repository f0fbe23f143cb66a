# what: every owner was taken out of the dump, and its manifest is stated
# given: manifest
# expect: digest --no-owner
sed -i '/^ALTER .* OWNER TO /d; s/; Owner: .*$/; Owner: -/' "$1"
