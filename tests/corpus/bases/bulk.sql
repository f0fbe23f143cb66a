-- Forty thousand rows: what few rows too few are lost in.
CREATE TABLE public.reading (id int PRIMARY KEY, sensor int NOT NULL, at timestamptz NOT NULL, value numeric(10, 3) NOT NULL);
INSERT INTO public.reading SELECT n, n % 17, timestamptz '2024-01-01 00:00:00+00' + n * interval '1 minute', n * 0.125 FROM generate_series(1, 40000) n;
