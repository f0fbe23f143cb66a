-- what: a large object holds something else
-- plan: reference.rows."*" = "exact"
-- never: canary-cell
-- base: shop
-- expect: drift large objects
SELECT lo_put(4711, 4, 'last ');
