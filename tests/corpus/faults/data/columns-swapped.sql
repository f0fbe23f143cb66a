-- what: two columns of a row have swapped their values
-- base: shop
-- expect: drift TABLE DATA line content
UPDATE shop.line SET pos = 7, amount = 1 WHERE orders = 7 AND pos = 1;
