# what: pg_dumpall's roles and nothing else
# expect: stop pg_dumpall | digest pg_dumpall
printf -- '--\n-- PostgreSQL database cluster dump\n--\n\nSET default_transaction_read_only = off;\n\nCREATE ROLE clerk;\n\n--\n-- PostgreSQL database cluster dump complete\n--\n\n' >"$1"
