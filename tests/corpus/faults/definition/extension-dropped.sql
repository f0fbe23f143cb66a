-- what: an extension is gone
-- expect: drift EXTENSION pg_trgm
DROP EXTENSION pg_trgm CASCADE;
