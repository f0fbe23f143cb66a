-- what: a second function of the same name takes the calls
-- expect: drift FUNCTION gross(integer
CREATE FUNCTION shop.gross(net integer) RETURNS numeric LANGUAGE sql AS 'SELECT 0::numeric';
