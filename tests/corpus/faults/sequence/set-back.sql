-- what: a sequence is set back
-- expect: drift SEQUENCE SET ticket
SELECT setval('shop.ticket', 10);
