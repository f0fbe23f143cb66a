# what: a header and a closing comment with nothing between, as a dump of nothing has them
# expect: fidelity empty | digest empty | fidelity no
{ printf -- '--\n-- PostgreSQL database dump\n--\n\n-- Dumped from database version 15.20\n-- Dumped by pg_dump version 15.20\n\n'; printf -- '--\n-- PostgreSQL database dump complete\n--\n\n'; } >"$1"
