# what: a directory dump with the large objects of another one
# form: directory
# reference: base
# expect: drift 4711 | drift 4712
if [ -e "$1/blob_4711.dat.gz" ]; then printf other | gzip >"$1/blob_4711.dat.gz"; else exit 1; fi
