-- what: INSERTs of a database that quotes every name, in values too
-- pg_dump: --inserts
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET quote_all_identifiers = on', current_database()); END $$;
CREATE TABLE public.named (relation regclass);
INSERT INTO public.named VALUES ('shop.customer'), ('shop.orders');
