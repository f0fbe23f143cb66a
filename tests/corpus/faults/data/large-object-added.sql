-- what: a large object more
-- plan: reference.rows."*" = "exact"
-- base: shop
-- expect: drift large objects
SELECT lo_from_bytea(4713, 'another');
