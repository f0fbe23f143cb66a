-- what: numbers have lost their scale
-- base: shop
-- expect: drift TABLE DATA line content
UPDATE shop.line SET amount = trim_scale(amount);
