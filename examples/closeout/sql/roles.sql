-- The roles of the incident. Only workflow_admin ever logs in here, and source.sh gives it its password.
CREATE ROLE directus LOGIN;
CREATE ROLE incomex LOGIN;
CREATE ROLE context_pack_readonly LOGIN;
CREATE ROLE cutter_ro LOGIN;
CREATE ROLE cutter_exec LOGIN;
CREATE ROLE cutter_verify LOGIN;

-- The role that takes the backup: it reads everything, row security included, and can write nothing.
CREATE ROLE workflow_admin LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION BYPASSRLS;
GRANT pg_read_all_data TO workflow_admin;

-- The application creates its own tables and schemas.
GRANT CREATE ON SCHEMA public TO directus;
SELECT format('GRANT CREATE ON DATABASE %I TO directus', current_database()) \gexec
