-- what: a check of the same name checks something else
-- expect: drift TABLE orders
ALTER TABLE shop.orders DROP CONSTRAINT orders_total_check, ADD CONSTRAINT orders_total_check CHECK (total >= -1000);
