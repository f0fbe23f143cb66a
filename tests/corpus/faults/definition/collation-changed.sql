-- what: a collation of the same name sorts otherwise
-- expect: drift COLLATION plain
UPDATE pg_catalog.pg_collation SET collcollate = 'C.utf8', collctype = 'C.utf8' WHERE oid = 'shop.plain'::regcollation;
