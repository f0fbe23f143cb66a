-- what: an identity column counts otherwise
-- expect: drift customer
ALTER TABLE shop.customer ALTER id SET INCREMENT BY 5 SET CYCLE SET MAXVALUE 1000;
