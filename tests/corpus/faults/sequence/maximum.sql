-- what: a sequence ends earlier
-- expect: drift SEQUENCE ticket
ALTER SEQUENCE shop.ticket MAXVALUE 4210;
