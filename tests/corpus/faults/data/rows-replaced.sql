-- what: as many rows, and other ones
-- plan: reference.rows."*" = "exact"
-- base: bulk
-- expect: drift TABLE DATA reading same
UPDATE public.reading SET id = id + 100000 WHERE id = 77;
