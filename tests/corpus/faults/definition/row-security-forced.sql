-- what: row security holds for the owner too
-- expect: drift secret
ALTER TABLE shop.secret FORCE ROW LEVEL SECURITY;
