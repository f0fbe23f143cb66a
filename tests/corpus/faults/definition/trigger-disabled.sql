-- what: a trigger is disabled
-- expect: drift TRIGGER customer customer_touch
ALTER TABLE shop.customer DISABLE TRIGGER customer_touch;
