-- what: a function in a check deletes rows elsewhere while the restore runs
-- reference: none
-- expect: fidelity alpha
-- also: restore-log
CREATE TABLE shop.alpha (a int);
INSERT INTO shop.alpha VALUES (1), (2), (3);
CREATE FUNCTION shop.keep(n int) RETURNS bool LANGUAGE plpgsql AS 'BEGIN IF current_setting(''application_name'') <> ''corpus'' THEN DELETE FROM shop.alpha; END IF; RETURN true; END';
SET application_name = corpus;
CREATE TABLE shop.omega (a int CHECK (shop.keep(a)));
INSERT INTO shop.omega VALUES (1), (2);
