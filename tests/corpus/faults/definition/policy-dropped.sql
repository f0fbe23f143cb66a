-- what: a policy is gone, row security is still on
-- expect: drift POLICY secret own_only
DROP POLICY own_only ON shop.secret;
