-- what: a unique index is a plain one
-- expect: drift INDEX customer_mail
DROP INDEX shop.customer_mail;
CREATE INDEX customer_mail ON shop.customer (lower(mail));
