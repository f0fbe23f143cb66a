-- what: --column-inserts, and no table has a column that takes a value
-- base: empty
-- pg_dump: --column-inserts
CREATE TABLE public.one (a text GENERATED ALWAYS AS ('x'::text) STORED);
INSERT INTO public.one DEFAULT VALUES;
