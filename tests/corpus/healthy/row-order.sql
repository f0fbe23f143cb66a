-- what: the rows of a table lie in another order than those of its reference
-- reference: base
CREATE TABLE pg_temp.kept AS SELECT * FROM shop.log ORDER BY id DESC;
DROP RULE log_is_kept ON shop.log;
DELETE FROM shop.log;
INSERT INTO shop.log SELECT * FROM pg_temp.kept ORDER BY id DESC;
CREATE RULE log_is_kept AS ON DELETE TO shop.log DO INSTEAD NOTHING;
