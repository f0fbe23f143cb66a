-- what: rows whose check calls a function that the restore does not find
-- reference: none
-- expect: restore-log COPY 42883
SET search_path = shop, public;
CREATE FUNCTION shop.helper(int) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT $1 > 0';
CREATE FUNCTION shop.good(int) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN helper($1); END';
CREATE TABLE shop.checked (a int CHECK (shop.good(a)));
INSERT INTO shop.checked VALUES (1), (2);
