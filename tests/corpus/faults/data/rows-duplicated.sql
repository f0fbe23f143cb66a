-- what: rows are there twice
-- base: shop
-- expect: drift TABLE DATA visit_2023
INSERT INTO shop.visit SELECT * FROM shop.visit_2023;
