-- what: a foreign key is looked at later
-- expect: drift FK CONSTRAINT orders orders_customer_fkey
ALTER TABLE shop.orders ALTER CONSTRAINT orders_customer_fkey DEFERRABLE INITIALLY DEFERRED;
