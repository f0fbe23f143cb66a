-- what: the database has its server quote every name, pg_dump does not
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET quote_all_identifiers = on', current_database()); END $$;
