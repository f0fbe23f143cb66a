-- what: the database itself differs: its comment
-- pg_dump: --create
-- expect: drift COMMENT DATABASE
DO $$ BEGIN EXECUTE format('COMMENT ON DATABASE %I IS ''another''', current_database()); END $$;
