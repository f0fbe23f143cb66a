-- what: the same in an archive, whose jobs could be lucky
-- reference: none
-- form: custom
-- expect: restore-log COPY y_use 23514
-- also: fidelity
CREATE TABLE shop.z_ref (id int PRIMARY KEY);
INSERT INTO shop.z_ref VALUES (1), (2);
CREATE FUNCTION shop.has_ref(int) RETURNS bool LANGUAGE sql STABLE AS 'SELECT EXISTS (SELECT FROM shop.z_ref WHERE id = $1)';
CREATE TABLE shop.y_use (ref int CHECK (shop.has_ref(ref)));
INSERT INTO shop.y_use VALUES (1), (2);
