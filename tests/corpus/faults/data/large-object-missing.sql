-- what: a large object is gone
-- base: shop
-- expect: drift 4712
SELECT lo_unlink(4712);
