-- what: a generated column is a plain one
-- expect: drift TABLE orders
ALTER TABLE shop.orders ALTER tax DROP EXPRESSION;
