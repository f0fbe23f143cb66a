-- what: all times are shifted by an hour
-- base: bulk
-- expect: drift TABLE DATA reading content
UPDATE public.reading SET at = at + interval '1 hour';
