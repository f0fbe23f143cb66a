-- what: a large object is gone
-- plan: reference.rows."*" = "exact"
-- base: shop
-- expect: drift large objects
SELECT lo_unlink(4712);
