-- what: a function in a generated column inserts rows elsewhere while the restore runs
-- reference: none
-- expect: restore-log COPY shop.omega
CREATE TABLE shop.alpha (a int);
INSERT INTO shop.alpha VALUES (1), (2), (3);
CREATE FUNCTION shop.more(n int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN IF current_setting(''application_name'') <> ''corpus'' THEN INSERT INTO shop.alpha VALUES (n); END IF; RETURN n; END';
SET application_name = corpus;
CREATE TABLE shop.omega (a int, b int GENERATED ALWAYS AS (shop.more(a)) STORED);
INSERT INTO shop.omega VALUES (1), (2);
