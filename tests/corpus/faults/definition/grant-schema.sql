-- what: a role may make objects in a schema
-- expect: drift ACL SCHEMA shop
GRANT CREATE ON SCHEMA shop TO clerk;
