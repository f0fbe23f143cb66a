-- what: views that the server writes in another way once it has read them back: VALUES with names, a literal in a sublink
-- base: plain
CREATE VIEW app.code (id, "Label") AS VALUES (1, 'a'), (2, NULL);
CREATE VIEW app.listed AS SELECT 'x' IN (SELECT NULL) AS a, ARRAY(SELECT 'z') AS b;
