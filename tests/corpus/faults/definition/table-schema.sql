-- what: a table is in another schema
-- expect: drift TABLE log
ALTER TABLE shop.log SET SCHEMA public;
