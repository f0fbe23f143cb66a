-- what: a varchar column held to a list, which the server writes in another way once it has read it back
-- base: plain
CREATE DOMAIN app.size AS varchar(5) CHECK (VALUE IN ('S', 'M'));
CREATE TABLE app.ticket (id int PRIMARY KEY, state varchar(10) CHECK (state IN ('open', 'done')), is_done bool GENERATED ALWAYS AS (state IN ('done', 'gone')) STORED);
INSERT INTO app.ticket VALUES (1, 'open'), (2, 'done');
CREATE INDEX ticket_state ON app.ticket (id) WHERE state NOT IN ('done', 'gone');
CREATE VIEW app.ticket_live AS SELECT id FROM app.ticket WHERE state IN ('open', 'new');
CREATE POLICY ticket_seen ON app.ticket USING (state IN ('open', 'done'));
