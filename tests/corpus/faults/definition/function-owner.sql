-- what: a function that acts for its owner has another one
-- expect: drift FUNCTION reveal auditor
ALTER FUNCTION shop.reveal() OWNER TO auditor;
