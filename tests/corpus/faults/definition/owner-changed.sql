-- what: a table has another owner
-- expect: drift TABLE log owned
ALTER TABLE shop.log OWNER TO clerk;
