-- what: a role may not do what it could
-- expect: drift ACL TABLE orders
REVOKE INSERT ON shop.orders FROM clerk;
