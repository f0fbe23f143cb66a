-- what: an identity is a plain column
-- expect: drift customer_id_seq
ALTER TABLE shop.customer ALTER id DROP IDENTITY;
