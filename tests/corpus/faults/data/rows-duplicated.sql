-- what: rows are there twice
-- plan: reference.rows."*" = "exact"
-- base: shop
-- expect: drift TABLE DATA visit_2023
INSERT INTO shop.visit SELECT * FROM shop.visit_2023;
