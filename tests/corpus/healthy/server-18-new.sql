-- what: what only Postgres 18 can hold
-- base: plain
-- server: 18
CREATE TABLE app.virtual (a int, b int GENERATED ALWAYS AS (a * 2) VIRTUAL, CHECK (a > 0) NOT ENFORCED, c int CONSTRAINT c_there NOT NULL NO INHERIT);
INSERT INTO app.virtual (a, c) VALUES (1, 1);
GRANT MAINTAIN ON app.person TO clerk;
