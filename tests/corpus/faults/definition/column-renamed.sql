-- what: a column has another name
-- expect: drift TABLE log
ALTER TABLE shop.log RENAME what TO told;
