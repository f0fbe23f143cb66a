-- what: the next id of a serial column is taken
-- reference: none
-- expect: fidelity orders_id_seq
SELECT setval('shop.orders_id_seq', 100);
