-- what: a table inherits that nobody knows
-- expect: drift TABLE log_old
CREATE TABLE shop.log_old () INHERITS (shop.log);
