-- what: an aggregate starts from another value
-- expect: drift AGGREGATE product(
DROP AGGREGATE shop.product(numeric);
CREATE AGGREGATE shop.product(numeric) (sfunc = numeric_mul, stype = numeric, initcond = '0');
