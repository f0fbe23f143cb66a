-- what: planner statistics of Postgres 18 in the dump
-- base: plain
-- server: 18
-- pg_dump: --statistics
ANALYZE;
