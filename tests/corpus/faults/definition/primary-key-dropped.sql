-- what: a primary key is gone
-- expect: drift CONSTRAINT log log_pkey
ALTER TABLE shop.log DROP CONSTRAINT log_pkey;
