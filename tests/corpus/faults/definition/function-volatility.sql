-- what: a function is volatile
-- expect: drift FUNCTION gross(
ALTER FUNCTION shop.gross(numeric) VOLATILE;
