-- what: a sequence is gone
-- expect: drift SEQUENCE ticket
DROP SEQUENCE shop.ticket;
