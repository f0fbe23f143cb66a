-- what: a role may pass on its grant
-- expect: drift ACL TABLE orders
GRANT SELECT ON shop.orders TO clerk WITH GRANT OPTION;
