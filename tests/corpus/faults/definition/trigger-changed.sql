-- what: a trigger fires for some updates only
-- expect: drift TRIGGER customer customer_touch
DROP TRIGGER customer_touch ON shop.customer;
CREATE TRIGGER customer_touch BEFORE UPDATE OF name ON shop.customer FOR EACH ROW EXECUTE FUNCTION shop.touch();
