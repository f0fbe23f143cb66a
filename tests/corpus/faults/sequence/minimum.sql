-- what: a sequence has another smallest value
-- expect: drift SEQUENCE ticket
ALTER SEQUENCE shop.ticket MINVALUE 1;
