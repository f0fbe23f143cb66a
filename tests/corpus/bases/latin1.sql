-- database: ENCODING 'LATIN1' LOCALE 'C'
-- Letters that are one byte here and two in UTF-8.
CREATE TABLE public."größe" (id int PRIMARY KEY, "maß" text CHECK ("maß" <> 'ü'));
INSERT INTO public."größe" VALUES (1, 'naïve'), (2, 'Æther'), (3, '½');
COMMENT ON TABLE public."größe" IS 'für Maße';
CREATE FUNCTION public."fläche"() RETURNS text LANGUAGE sql AS 'SELECT ''m²''';
