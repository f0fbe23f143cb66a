-- what: an extension is in another schema
-- expect: drift EXTENSION pg_trgm
ALTER EXTENSION pg_trgm SET SCHEMA shop;
