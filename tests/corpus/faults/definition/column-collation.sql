-- what: a column sorts otherwise
-- expect: drift TABLE customer
DROP VIEW shop.safe_customers;
ALTER TABLE shop.customer ALTER name TYPE varchar(80) COLLATE "C";
CREATE VIEW shop.safe_customers WITH (security_barrier) AS SELECT id, name FROM shop.customer;
ALTER VIEW shop.safe_customers OWNER TO shop_owner;
GRANT SELECT ON shop.safe_customers TO auditor;
