-- what: a policy lets everybody see everything
-- expect: drift POLICY secret own_only
ALTER POLICY own_only ON shop.secret USING (true);
