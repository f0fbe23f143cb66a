-- what: as many rows, and other ones
-- base: bulk
-- expect: drift TABLE DATA reading content
UPDATE public.reading SET id = id + 100000 WHERE id = 77;
