-- what: a generated column computes something else
-- expect: drift TABLE orders
ALTER TABLE shop.orders DROP tax, ADD tax numeric(12, 2) GENERATED ALWAYS AS (total * 0.07) STORED;
