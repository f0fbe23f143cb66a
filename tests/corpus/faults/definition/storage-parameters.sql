-- what: a table is filled otherwise
-- expect: drift TABLE orders
ALTER TABLE shop.orders SET (fillfactor = 100);
