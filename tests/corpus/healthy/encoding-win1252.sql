-- what: letters of Western Europe, written in WIN1252
-- pg_dump: --encoding=WIN1252
INSERT INTO shop.log VALUES (100, 'naïve café – 10 €');
CREATE TABLE shop."Größe" ("Länge" int);
COMMENT ON TABLE shop."Größe" IS 'Maße';
