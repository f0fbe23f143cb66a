-- what: an empty text is a null
-- never: canary-cell
-- base: shop
-- expect: drift TABLE DATA customer content
UPDATE shop.customer SET note = NULL WHERE note = '';
