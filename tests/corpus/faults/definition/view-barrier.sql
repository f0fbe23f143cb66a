-- what: a view lost its security barrier
-- expect: drift VIEW safe_customers
ALTER VIEW shop.safe_customers RESET (security_barrier);
