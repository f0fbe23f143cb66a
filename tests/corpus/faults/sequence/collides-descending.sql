-- what: the next value of a descending sequence is taken
-- reference: none
-- expect: fidelity down
CREATE SEQUENCE shop.down INCREMENT -1 MAXVALUE -1 MINVALUE -1000;
CREATE TABLE shop.below (id int PRIMARY KEY DEFAULT nextval('shop.down'));
INSERT INTO shop.below SELECT nextval('shop.down') FROM generate_series(1, 10);
SELECT setval('shop.down', -3);
