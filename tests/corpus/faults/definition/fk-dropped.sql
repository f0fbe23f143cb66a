-- what: a foreign key is gone
-- expect: drift FK CONSTRAINT orders orders_customer_fkey
ALTER TABLE shop.orders DROP CONSTRAINT orders_customer_fkey;
