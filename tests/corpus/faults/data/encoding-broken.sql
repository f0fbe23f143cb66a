-- what: letters are encoded twice
-- base: shop
-- expect: drift TABLE DATA customer content
UPDATE shop.customer SET name = 'MÃ¼ller' WHERE id = 1;
