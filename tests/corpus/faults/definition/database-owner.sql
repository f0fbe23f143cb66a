-- what: the database itself differs: its owner
-- pg_dump: --create
-- expect: drift DATABASE owned
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I OWNER TO clerk', current_database()); END $$;
