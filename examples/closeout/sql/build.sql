-- Builds the look-alike in the database that psql is connected to, as the cluster's superuser.
--
--   psql -X -v scale=1 -f build.sql directus
--
-- Nothing here is random and nothing reads the clock: two builds at one scale dump to the same bytes.
\set ON_ERROR_STOP on
\if :{?scale}
\else
    \set scale 1
\endif
SET client_min_messages = warning;
SET TimeZone = 'UTC';
SET work_mem = '256MB';
SET maintenance_work_mem = '256MB';
BEGIN;
\ir roles.sql
-- Everything below belongs to the application's role, as it does in production.
SET ROLE directus;
\ir directus.sql
\ir governance.sql
\ir units.sql
\ir collections.sql
\ir bulk.sql
\ir access.sql
RESET ROLE;
COMMIT;
VACUUM (FREEZE, ANALYZE);
