-- what: rows have moved to another partition
-- plan: reference.rows."*" = "exact"
-- base: shop
-- expect: drift TABLE DATA visit_2023
UPDATE shop.visit SET at = '2024-12-31' WHERE at < '2023-10-05';
