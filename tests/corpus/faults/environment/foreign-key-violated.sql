-- what: production violates its own foreign key
-- reference: none
-- expect: restore-log constraint-violated-by-source
SET session_replication_role = replica;
DELETE FROM shop.customer WHERE id = 3;
