-- what: a row more than there were
-- plan: reference.rows."*" = "exact"
-- base: bulk
-- expect: drift TABLE DATA reading 40000 40001
INSERT INTO public.reading VALUES (40001, 1, '2024-06-01', 1);
