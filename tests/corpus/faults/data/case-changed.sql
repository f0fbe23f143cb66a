-- what: one letter is a capital
-- plan: reference.rows."*" = "exact"
-- base: shop
-- expect: drift TABLE DATA customer same
UPDATE shop.customer SET mail = upper(mail) WHERE id = 3;
