-- what: the database itself differs: who may connect
-- pg_dump: --create
-- expect: drift ACL DATABASE
DO $$ BEGIN EXECUTE format('REVOKE CONNECT ON DATABASE %I FROM PUBLIC', current_database()); END $$;
