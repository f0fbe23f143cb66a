-- what: a null is an empty text
-- plan: reference.rows."*" = "exact"
-- base: shop
-- expect: drift TABLE DATA customer same
UPDATE shop.customer SET note = '' WHERE note IS NULL;
