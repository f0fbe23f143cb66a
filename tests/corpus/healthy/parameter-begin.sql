-- what: parameters and columns of the names begin and end
CREATE FUNCTION shop.days(begin date, "end" date) RETURNS int LANGUAGE sql AS 'SELECT "end" - begin';
CREATE FUNCTION shop.days2(begin date, "end" date) RETURNS int LANGUAGE sql RETURN "end" - CASE WHEN true THEN begin END;
CREATE TABLE shop.span (begin int, "end" int, "case" int);
INSERT INTO shop.span VALUES (1, 2, 3);
CREATE FUNCTION shop.sum_up() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN true THEN 1 ELSE 2 END; SELECT (SELECT max(begin) FROM shop.span) FROM (SELECT 1) x; END;
COMMENT ON FUNCTION shop.days(date, date) IS 'x';
