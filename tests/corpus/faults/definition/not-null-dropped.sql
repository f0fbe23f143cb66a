-- what: a column may be null
-- expect: drift TABLE orders
ALTER TABLE shop.orders ALTER placed DROP NOT NULL;
