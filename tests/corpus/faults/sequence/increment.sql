-- what: a sequence counts in other steps
-- expect: drift SEQUENCE ticket
ALTER SEQUENCE shop.ticket INCREMENT 1;
