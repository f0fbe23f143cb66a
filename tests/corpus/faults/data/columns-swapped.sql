-- what: two columns of a row have swapped their values
-- plan: reference.rows."*" = "exact"
-- base: shop
-- expect: drift TABLE DATA line same
UPDATE shop.line SET pos = 7, amount = 1 WHERE orders = 7 AND pos = 1;
