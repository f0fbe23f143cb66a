-- what: 4 rows of 40,000 are missing
-- base: bulk
-- expect: drift TABLE DATA reading 40000 39996
DELETE FROM public.reading WHERE id IN (11, 1999, 20000, 39999);
