-- what: rows belong to somebody else
-- plan: reference.rows."*" = "exact"
-- never: canary-secret
-- base: shop
-- expect: drift TABLE DATA secret same
UPDATE shop.secret SET owner = 'auditor' WHERE body = 'canary-secret-3';
