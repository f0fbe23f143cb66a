-- what: a large object holds something else
-- never: canary-cell
-- base: shop
-- expect: drift 4711
SELECT lo_put(4711, 4, 'last ');
