-- what: rows belong to somebody else
-- never: canary-secret
-- base: shop
-- expect: drift TABLE DATA secret content
UPDATE shop.secret SET owner = 'auditor' WHERE body = 'canary-secret-3';
