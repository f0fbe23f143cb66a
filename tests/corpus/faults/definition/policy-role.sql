-- what: a policy is for everybody instead of one role
-- expect: drift POLICY secret own_only
ALTER POLICY own_only ON shop.secret TO PUBLIC;
