-- what: a table that nobody knows
-- expect: drift TABLE shadow
CREATE TABLE shop.shadow AS SELECT * FROM shop.secret;
