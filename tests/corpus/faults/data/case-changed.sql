-- what: one letter is a capital
-- base: shop
-- expect: drift TABLE DATA customer content
UPDATE shop.customer SET mail = upper(mail) WHERE id = 3;
