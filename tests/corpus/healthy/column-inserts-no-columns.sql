-- what: --column-inserts, and the last table has no columns: its INSERT lists none
-- base: plain
-- pg_dump: --column-inserts
CREATE TABLE public.zero ();
INSERT INTO public.zero DEFAULT VALUES;
