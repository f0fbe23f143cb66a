-- what: a function computes something else
-- expect: drift FUNCTION gross(
CREATE OR REPLACE FUNCTION shop.gross(net numeric) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT net * 1.16';
