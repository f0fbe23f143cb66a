-- what: a sequence gives its last value once more
-- expect: drift SEQUENCE SET ticket
SELECT setval('shop.ticket', 4200, false);
