-- what: a table has another owner
-- expect: drift TABLE orders owned
ALTER TABLE shop.orders OWNER TO clerk;
