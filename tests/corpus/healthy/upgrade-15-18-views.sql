-- what: an upgrade: since 16 a view of one table is written without the table before its columns
-- base: plain
-- server: 15
-- sandbox: 18
-- plan: restore.upgrade_to = 18
CREATE TABLE app.t (id int PRIMARY KEY, name text);
CREATE VIEW app.v AS SELECT id, name FROM app.t;
CREATE MATERIALIZED VIEW app.m AS SELECT id FROM app.t;
