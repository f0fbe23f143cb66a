-- what: rows whose checks read another table's rows, which the dump has before them
CREATE TABLE shop.a_ref (id int PRIMARY KEY);
INSERT INTO shop.a_ref SELECT i FROM generate_series(1, 20000) i;
CREATE FUNCTION shop.has_ref(int) RETURNS bool LANGUAGE sql STABLE AS 'SELECT EXISTS (SELECT FROM shop.a_ref WHERE id = $1)';
CREATE DOMAIN shop.ref AS int CHECK (shop.has_ref(VALUE));
CREATE TABLE shop.b_use (ref int CHECK (shop.has_ref(ref)));
INSERT INTO shop.b_use SELECT 20000 - i FROM generate_series(1, 5) i;
CREATE TABLE shop.c_use (ref shop.ref);
INSERT INTO shop.c_use VALUES (20000);
