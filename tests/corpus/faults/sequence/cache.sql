-- what: a sequence hands out more at once
-- expect: drift SEQUENCE ticket
ALTER SEQUENCE shop.ticket CACHE 100;
