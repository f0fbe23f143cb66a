-- what: the next id of an identity column is taken
-- reference: none
-- expect: fidelity customer_id_seq
SELECT setval('shop.customer_id_seq', 1, false);
