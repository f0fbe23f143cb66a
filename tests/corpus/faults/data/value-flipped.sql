-- what: one value of 40,000 rows is another
-- base: bulk
-- expect: drift TABLE DATA reading content
UPDATE public.reading SET value = value + 0.001 WHERE id = 12345;
