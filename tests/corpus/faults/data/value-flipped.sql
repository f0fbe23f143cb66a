-- what: one value of 40,000 rows is another
-- plan: reference.rows."*" = "exact"
-- base: bulk
-- expect: drift TABLE DATA reading same
UPDATE public.reading SET value = value + 0.001 WHERE id = 12345;
