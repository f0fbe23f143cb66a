-- database: ENCODING 'UTF8' LOCALE 'C'
-- The C locale, where capitals sort before small letters.
CREATE TABLE public.word (w text PRIMARY KEY);
INSERT INTO public.word VALUES ('a'), ('B'), ('c'), ('É'), ('zebra'), ('Ä');
CREATE TABLE public.part (w text) PARTITION BY RANGE (w);
CREATE TABLE public.part_low PARTITION OF public.part FOR VALUES FROM (MINVALUE) TO ('a');
CREATE TABLE public.part_high PARTITION OF public.part FOR VALUES FROM ('a') TO (MAXVALUE);
INSERT INTO public.part SELECT w FROM public.word;
CREATE INDEX word_lower ON public.word (lower(w));
