-- what: a check is gone
-- expect: drift TABLE orders
ALTER TABLE shop.orders DROP CONSTRAINT orders_total_check;
