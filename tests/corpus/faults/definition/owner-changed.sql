-- what: a table has another owner
-- expect: drift TABLE orders owner
ALTER TABLE shop.orders OWNER TO clerk;
