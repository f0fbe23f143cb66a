-- what: a trigger fires on replicas only
-- expect: drift TRIGGER customer customer_touch
ALTER TABLE shop.customer ENABLE REPLICA TRIGGER customer_touch;
