-- what: a newer pg_dump of an older server, which lists what the older one calls all
-- dumper: 18
GRANT ALL ON shop.orders TO clerk;
ALTER TABLE shop.line OWNER TO clerk;
REVOKE ALL ON shop.line FROM clerk;
ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT ALL ON TABLES TO auditor;
