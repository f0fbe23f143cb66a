-- what: one row twice, and another one gone
-- plan: reference.rows."*" = "exact"
-- base: shop
-- expect: drift TABLE DATA visit_2023 same
DELETE FROM shop.visit WHERE at = '2023-10-03';
INSERT INTO shop.visit SELECT * FROM shop.visit WHERE at = '2023-10-02';
