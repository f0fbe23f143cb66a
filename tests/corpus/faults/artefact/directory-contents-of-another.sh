# what: a directory dump with the large objects of another one
# plan: reference.rows."*" = "exact"
# form: directory
# reference: base
# expect: drift large objects
if [ -e "$1/blob_4711.dat.gz" ]; then printf other | gzip >"$1/blob_4711.dat.gz"; else exit 1; fi
