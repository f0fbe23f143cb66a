-- what: a partition takes other rows
-- expect: drift TABLE ATTACH visit_2024
ALTER TABLE shop.visit DETACH PARTITION shop.visit_2024;
ALTER TABLE shop.visit ATTACH PARTITION shop.visit_2024 FOR VALUES FROM ('2024-01-01') TO ('2026-01-01');
