-- what: a composite type has an attribute more
-- expect: drift TYPE address
ALTER TYPE shop.address ADD ATTRIBUTE land text CASCADE;
