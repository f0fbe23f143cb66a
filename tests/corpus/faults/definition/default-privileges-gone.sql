-- what: new tables are for nobody
-- expect: drift DEFAULT ACL
ALTER DEFAULT PRIVILEGES FOR ROLE shop_owner IN SCHEMA shop REVOKE SELECT ON TABLES FROM auditor;
