-- what: a column is narrower
-- expect: drift TABLE customer
ALTER TABLE shop.customer ALTER since TYPE date USING since::date;
