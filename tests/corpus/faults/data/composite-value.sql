-- what: a part of a composite value is another
-- plan: reference.rows."*" = "exact"
-- base: shop
-- expect: drift TABLE DATA customer same
UPDATE shop.customer SET home.zip = '99999' WHERE id = 5;
