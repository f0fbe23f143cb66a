-- what: an operator that takes the place of the built-in one
-- expect: drift OPERATOR
CREATE OPERATOR shop.= (LEFTARG = text, RIGHTARG = text, FUNCTION = pg_catalog.textne);
