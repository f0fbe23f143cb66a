-- what: an index has another operator class
-- expect: drift INDEX customer_name
DROP INDEX shop.customer_name;
CREATE INDEX customer_name ON shop.customer (name varchar_pattern_ops);
