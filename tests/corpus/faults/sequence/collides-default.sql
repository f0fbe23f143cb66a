-- what: the next value of a sequence that a default draws from is taken
-- reference: none
-- expect: fidelity ticket
CREATE TABLE shop.token (id bigint PRIMARY KEY DEFAULT nextval('shop.ticket'));
INSERT INTO shop.token SELECT nextval('shop.ticket') FROM generate_series(1, 5);
SELECT setval('shop.ticket', 4200);
