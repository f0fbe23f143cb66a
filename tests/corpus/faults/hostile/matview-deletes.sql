-- what: filling a materialized view deletes rows elsewhere
-- reference: none
-- expect: fidelity alpha
-- also: restore-log
CREATE TABLE shop.alpha (a int);
INSERT INTO shop.alpha VALUES (1), (2), (3);
CREATE FUNCTION shop.sweep() RETURNS int LANGUAGE plpgsql AS 'BEGIN IF current_setting(''application_name'') <> ''corpus'' THEN DELETE FROM shop.alpha WHERE a = 2; END IF; RETURN 1; END';
SET application_name = corpus;
CREATE MATERIALIZED VIEW shop.swept AS SELECT shop.sweep();
