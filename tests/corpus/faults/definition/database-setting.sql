-- what: the database itself differs: a setting of its own
-- pg_dump: --create
-- expect: drift DATABASE
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET statement_timeout = ''1s''', current_database()); END $$;
