-- what: a check was never validated
-- expect: drift CHECK CONSTRAINT orders orders_total_check
ALTER TABLE shop.orders DROP CONSTRAINT orders_total_check, ADD CONSTRAINT orders_total_check CHECK (total >= 0) NOT VALID;
