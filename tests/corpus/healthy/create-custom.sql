-- what: a custom dump of a database with its own settings
-- form: custom
-- pg_dump: --create
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = ''8MB''', current_database()); EXECUTE format('COMMENT ON DATABASE %I IS ''ours''', current_database()); END $$;
