-- what: planner statistics of a column of ranges, which Postgres 18 dumps in part and warns of
-- base: plain
-- server: 18
-- pg_dump: --statistics
CREATE TABLE public.booking (id int PRIMARY KEY, during daterange);
INSERT INTO public.booking VALUES (1, '[2024-01-01,2024-02-01)');
ANALYZE public.booking;
