-- what: new tables are for everybody
-- expect: drift DEFAULT ACL
ALTER DEFAULT PRIVILEGES FOR ROLE shop_owner IN SCHEMA shop GRANT SELECT ON TABLES TO PUBLIC;
