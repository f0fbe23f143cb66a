-- what: a restrictive policy came back as a permissive one, or the other way round
-- expect: drift POLICY secret own_only
DROP POLICY own_only ON shop.secret;
CREATE POLICY own_only ON shop.secret AS RESTRICTIVE FOR SELECT TO clerk USING (owner = CURRENT_USER);
