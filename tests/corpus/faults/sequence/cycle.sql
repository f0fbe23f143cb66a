-- what: a sequence starts again at its end
-- expect: drift SEQUENCE ticket
ALTER SEQUENCE shop.ticket CYCLE;
