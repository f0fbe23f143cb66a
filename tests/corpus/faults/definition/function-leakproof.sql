-- what: a function says that it is leakproof
-- expect: drift FUNCTION gross(
ALTER FUNCTION shop.gross(numeric) LEAKPROOF;
