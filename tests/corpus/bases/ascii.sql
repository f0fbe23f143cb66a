-- database: ENCODING 'SQL_ASCII' LOCALE 'C'
-- Bytes that nobody has said the encoding of.
CREATE TABLE public.t (id int PRIMARY KEY, what text);
INSERT INTO public.t VALUES (1, 'plain');
