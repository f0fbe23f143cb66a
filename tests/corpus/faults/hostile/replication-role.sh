# what: the session of the restore is a replica, and the rows that foreign keys refer to are gone
# reference: base
# expect: drift TABLE DATA customer
# also: fidelity restore-log
sed -i -e '/^COPY shop.customer /,/^\\\.$/{/^7\t/d}' "$1"
perl -0777pi -e 's/^(SET statement_timeout)/SET session_replication_role = replica;\n$1/m' "$1"
