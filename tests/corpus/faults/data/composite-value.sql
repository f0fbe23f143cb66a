-- what: a part of a composite value is another
-- base: shop
-- expect: drift TABLE DATA customer content
UPDATE shop.customer SET home.zip = '99999' WHERE id = 5;
