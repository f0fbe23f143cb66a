-- what: a column more
-- expect: drift TABLE log
ALTER TABLE shop.log ADD extra text;
