-- what: a collation of the same name sorts otherwise
-- expect: drift COLLATION plain
ALTER COLLATION shop.plain RENAME TO old;
CREATE COLLATION shop.plain (provider = libc, locale = 'C.utf8');
ALTER TABLE shop.customer ALTER name TYPE varchar(80) COLLATE shop.plain;
DROP VIEW IF EXISTS pg_temp.none;
