-- what: an upgrade: default privileges, which 15 writes with two blanks and 18 with one
-- base: plain
-- server: 15
-- sandbox: 18
-- plan: restore.upgrade_to = 18
ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO clerk;
