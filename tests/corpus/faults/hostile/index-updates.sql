-- what: a function in an index changes rows elsewhere, which the server refuses while it is built
-- reference: none
-- expect: restore-log CREATE INDEX
CREATE TABLE shop.alpha (a int);
INSERT INTO shop.alpha VALUES (1), (2), (3);
CREATE FUNCTION shop.same(n int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN IF current_setting(''application_name'') <> ''corpus'' THEN UPDATE shop.alpha SET a = a + 100; END IF; RETURN n; END';
SET application_name = corpus;
CREATE TABLE shop.omega (a int);
INSERT INTO shop.omega VALUES (1), (2);
CREATE INDEX omega_same ON shop.omega (shop.same(a));
