-- what: a database that quotes every name, made by its dump
-- base: structures
-- pg_dump: --create
-- form: custom
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET quote_all_identifiers = on', current_database()); END $$;
