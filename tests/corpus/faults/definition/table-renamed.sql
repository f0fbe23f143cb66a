-- what: a table has another name
-- expect: drift TABLE log
ALTER TABLE shop.log RENAME TO journal;
