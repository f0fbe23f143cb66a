-- what: row security is off
-- expect: drift ROW SECURITY secret
ALTER TABLE shop.secret DISABLE ROW LEVEL SECURITY;
