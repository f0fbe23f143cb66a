-- what: a large object more
-- base: shop
-- expect: drift 4713
SELECT lo_from_bytea(4713, 'another');
