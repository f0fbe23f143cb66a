-- what: a large object is shorter
-- plan: reference.rows."*" = "exact"
-- base: shop
-- expect: drift large objects
SELECT lo_unlink(4712); SELECT lo_from_bytea(4712, convert_to(repeat('large ', 1999), 'UTF8'));
