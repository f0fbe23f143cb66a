-- what: letters are encoded twice
-- plan: reference.rows."*" = "exact"
-- base: shop
-- expect: drift TABLE DATA customer same
UPDATE shop.customer SET name = 'MÃ¼ller' WHERE id = 1;
