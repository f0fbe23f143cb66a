-- what: a domain takes everything
-- expect: drift DOMAIN email
ALTER DOMAIN shop.email DROP CONSTRAINT email_has_at;
