-- what: planner statistics that a newer pg_dump took of an older server, which cannot take them
-- dumper: 18
-- pg_dump: --statistics
ANALYZE;
