-- what: a foreign key was never validated
-- expect: drift FK CONSTRAINT orders orders_customer_fkey
ALTER TABLE shop.orders DROP CONSTRAINT orders_customer_fkey, ADD CONSTRAINT orders_customer_fkey FOREIGN KEY (customer) REFERENCES shop.customer (id) ON DELETE RESTRICT NOT VALID;
