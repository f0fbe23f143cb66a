-- what: a sequence holds fewer numbers
-- expect: drift SEQUENCE ticket
ALTER SEQUENCE shop.ticket AS integer;
