-- what: one value in one partition changed
-- plan: reference.rows."*" = "exact"
-- expect: drift TABLE DATA shop.visit_2024
UPDATE shop.visit_2024 SET page = '/q' WHERE who = 150;
