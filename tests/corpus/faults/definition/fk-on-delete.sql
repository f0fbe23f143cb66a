-- what: deleting an order leaves its lines
-- expect: drift FK CONSTRAINT line line_orders_fkey
ALTER TABLE shop.line DROP CONSTRAINT line_orders_fkey, ADD CONSTRAINT line_orders_fkey FOREIGN KEY (orders) REFERENCES shop.orders;
