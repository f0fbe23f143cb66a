-- what: a table does not survive a crash
-- expect: drift TABLE log
ALTER TABLE shop.log SET UNLOGGED;
