-- what: a role may read a column more
-- expect: drift ACL customer
GRANT SELECT (mail) ON shop.customer TO clerk;
