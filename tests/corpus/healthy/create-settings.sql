-- what: the database itself with settings, a comment and grants
-- pg_dump: --create
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = ''8MB''', current_database()); EXECUTE format('COMMENT ON DATABASE %I IS ''ours''', current_database()); EXECUTE format('REVOKE CONNECT ON DATABASE %I FROM PUBLIC', current_database()); EXECUTE format('GRANT CONNECT ON DATABASE %I TO clerk', current_database()); END $$;
