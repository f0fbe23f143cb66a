-- what: a function is gone
-- expect: drift FUNCTION gross(
DROP FUNCTION shop.gross(numeric);
