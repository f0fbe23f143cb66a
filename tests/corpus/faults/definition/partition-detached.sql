-- what: a partition is a table of its own
-- expect: drift TABLE ATTACH visit_2024
ALTER TABLE shop.visit DETACH PARTITION shop.visit_2024;
