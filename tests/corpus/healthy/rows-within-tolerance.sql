-- what: a table has grown as much as the plan allows
-- base: bulk
-- reference: base
-- plan: reference.rows."public.reading" = { shrink = 0, grow = "10%" }
INSERT INTO public.reading SELECT n, n % 17, timestamptz '2024-01-01 00:00:00+00' + n * interval '1 minute', n * 0.125 FROM generate_series(40001, 40100) n;
