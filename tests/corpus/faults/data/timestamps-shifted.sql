-- what: all times are shifted by an hour
-- plan: reference.rows."*" = "exact"
-- base: bulk
-- expect: drift TABLE DATA reading same
UPDATE public.reading SET at = at + interval '1 hour';
