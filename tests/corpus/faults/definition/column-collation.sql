-- what: a column sorts otherwise
-- expect: drift TABLE customer
ALTER TABLE shop.customer ALTER name TYPE varchar(80) COLLATE "C";
