-- what: a table is gone
-- expect: drift TABLE log
DROP TABLE shop.log;
