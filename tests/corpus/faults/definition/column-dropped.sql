-- what: a column is gone
-- expect: drift TABLE customer
ALTER TABLE shop.customer DROP note;
