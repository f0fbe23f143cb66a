-- what: a role may read what it could not
-- expect: drift ACL TABLE secret
GRANT SELECT, DELETE ON shop.secret TO PUBLIC;
