-- what: a trigger is gone
-- expect: drift TRIGGER customer customer_touch
DROP TRIGGER customer_touch ON shop.customer;
