# what: a carriage return ends a comment for psql, and what follows on the line is run
# expect: digest carriage | fidelity return-in-comment | fidelity unlisted | fidelity pg_catalog | restore-log carriage
# verdict: FAIL
sed -i "s/^-- PostgreSQL database dump complete\$/-- a note\rCREATE FUNCTION pg_catalog.unlisted() RETURNS int LANGUAGE sql AS 'SELECT 1';\n&/" "$1"
