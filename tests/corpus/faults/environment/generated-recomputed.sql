-- what: a stored generated value that the restore computes to something else, because its function has changed meanwhile
-- expect: drift FUNCTION rate(
CREATE FUNCTION shop.rate() RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT 0.19';
CREATE TABLE shop.priced (net numeric, gross numeric GENERATED ALWAYS AS (net * (1 + shop.rate())) STORED);
INSERT INTO shop.priced VALUES (100);
CREATE OR REPLACE FUNCTION shop.rate() RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT 0.16';
