-- what: a null is an empty text
-- base: shop
-- expect: drift TABLE DATA customer content
UPDATE shop.customer SET note = '' WHERE note IS NULL;
