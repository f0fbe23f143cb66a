-- what: a partition is empty
-- base: shop
-- expect: drift TABLE DATA visit_2023
TRUNCATE shop.visit_2023;
