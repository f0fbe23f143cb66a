-- what: a default is gone
-- expect: drift TABLE orders
ALTER TABLE shop.orders ALTER status DROP DEFAULT;
