-- what: numbers have lost their scale
-- plan: reference.rows."*" = "exact"
-- base: shop
-- expect: drift TABLE DATA line same
UPDATE shop.line SET amount = trim_scale(amount);
