-- what: a table is empty
-- base: shop
-- expect: drift TABLE DATA line
DELETE FROM shop.line;
