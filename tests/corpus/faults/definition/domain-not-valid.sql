-- what: the constraint of a domain was never validated
-- expect: drift email_has_at
ALTER DOMAIN shop.email DROP CONSTRAINT email_has_at; ALTER DOMAIN shop.email ADD CONSTRAINT email_has_at CHECK (VALUE LIKE '%@%') NOT VALID;
