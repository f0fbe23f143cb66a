-- Takes from PUBLIC everything that a check's role would otherwise inherit. Runs once per restored database, as its
-- superuser, in one transaction, after fidelity was compared: it changes privileges and whose rights a routine has, never
-- data.
--
-- The lists it works from are transaction-local settings that the caller makes, so that the audit reads the same ones:
--   vhost.extensions     extensions whose routines stay executable
--   vhost.harmless       volatile routines of pg_catalog that stay executable
--   vhost.introspection  a pattern for stable routines of pg_catalog that look around or run SQL from a string

-- Nothing restored may stand in for a built-in name, or hide rows of a catalog.
SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL row_security = off;

-- Event triggers are production's code and would run as superuser on the statements below. ALTER EVENT TRIGGER itself
-- fires none.
DO $$ DECLARE r record; BEGIN
  FOR r IN SELECT evtname FROM pg_event_trigger WHERE evtenabled <> 'D' LOOP
    EXECUTE format('ALTER EVENT TRIGGER %I DISABLE', r.evtname);
  END LOOP;
END $$;

-- CONNECT and TEMP on every database, the templates too: a check gets CONNECT on its own back. Settings of the
-- database would override those of a session before the session starts (session_preload_libraries, role); the ones that
-- change answers are read beforehand and given to each check's role.
DO $$ DECLARE d name; BEGIN
  FOR d IN SELECT datname FROM pg_database LOOP
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', d);
  END LOOP;
  EXECUTE format('ALTER DATABASE %I RESET ALL', current_database());
END $$;

-- A view reads its tables as the view's owner, who may hold the right to do so only as a part of PUBLIC. So that views
-- answer as before, what PUBLIC could read stays readable to every restored role, through this one. Checks' roles are
-- made later and are not members.
CREATE ROLE vhost_public NOLOGIN;
DO $$ DECLARE r record; BEGIN
  FOR r IN SELECT rolname FROM pg_roles WHERE NOT rolsuper AND rolname !~ '^pg_' AND rolname <> 'vhost_public' LOOP
    EXECUTE format('GRANT vhost_public TO %I', r.rolname);
  END LOOP;
END $$;

-- Relations and single columns, system catalogs included. A superuser's REVOKE acts for the owner and silently leaves
-- what another role granted on; so each grantor's own grant is revoked as that grantor.
DO $$ DECLARE r record; BEGIN
  FOR r IN
    SELECT CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind, format('%I.%I', n.nspname, c.relname) AS rel,
           CASE WHEN t.att IS NULL THEN '' ELSE format('(%I)', t.att) END AS att,
           a.grantor <> c.relowner AS regranted, pg_get_userbyid(a.grantor) AS grantor,
           bool_or(a.privilege_type = 'SELECT') AS readable
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     CROSS JOIN LATERAL (SELECT NULL::name AS att, c.relacl AS acl
                          UNION ALL SELECT attname, attacl FROM pg_attribute
                                     WHERE attrelid = c.oid AND attacl IS NOT NULL AND NOT attisdropped) t
     CROSS JOIN LATERAL aclexplode(t.acl) a
     WHERE a.grantee = 0 AND n.nspname !~ '^pg_(temp|toast_temp)_'
     GROUP BY 1, 2, 3, 4, 5
  LOOP
    IF r.readable THEN
      EXECUTE format('GRANT SELECT %s ON %s %s TO vhost_public', r.att, r.kind, r.rel);
    END IF;
    IF r.regranted THEN EXECUTE format('SET LOCAL ROLE %I', r.grantor); END IF;
    EXECUTE format('REVOKE ALL %s ON %s %s FROM PUBLIC CASCADE', r.att, r.kind, r.rel);
    IF r.regranted THEN RESET ROLE; END IF;
  END LOOP;
END $$;

-- Schemas: what has no name cannot be asked for. pg_catalog stays usable, or no operator would be.
DO $$ DECLARE r record; BEGIN
  FOR r IN
    SELECT n.nspname, a.grantor <> n.nspowner AS regranted, pg_get_userbyid(a.grantor) AS grantor
      FROM pg_namespace n CROSS JOIN LATERAL aclexplode(n.nspacl) a
     WHERE a.grantee = 0 AND n.nspname <> 'pg_catalog' AND n.nspname !~ '^pg_(temp|toast_temp)_'
     GROUP BY 1, 2, 3
  LOOP
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO vhost_public', r.nspname);
    IF r.regranted THEN EXECUTE format('SET LOCAL ROLE %I', r.grantor); END IF;
    EXECUTE format('REVOKE ALL ON SCHEMA %I FROM PUBLIC CASCADE', r.nspname);
    IF r.regranted THEN RESET ROLE; END IF;
  END LOOP;
END $$;

-- Production's routines: EXECUTE is PUBLIC's by default, and one SECURITY DEFINER routine is enough to leave the role.
-- Those of well-known extensions stay, or citext could not even be compared; never one that is SECURITY DEFINER or
-- volatile.
DO $$ DECLARE r record; BEGIN
  FOR r IN
    SELECT p.oid::regprocedure AS f, a.grantor <> p.proowner AS regranted, pg_get_userbyid(a.grantor) AS grantor
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
      JOIN pg_language l ON l.oid = p.prolang
     CROSS JOIN LATERAL aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
     WHERE a.grantee = 0 AND n.nspname <> 'pg_catalog'
       AND NOT (NOT p.prosecdef AND p.provolatile <> 'v' AND l.lanname IN ('c', 'internal', 'sql') AND EXISTS (
             SELECT FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
              WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
                AND d.refclassid = 'pg_extension'::regclass
                AND e.extname = ANY (string_to_array(current_setting('vhost.extensions'), ','))))
     GROUP BY 1, 2, 3
  LOOP
    IF r.regranted THEN EXECUTE format('SET LOCAL ROLE %I', r.grantor); END IF;
    EXECUTE format('REVOKE ALL ON ROUTINE %s FROM PUBLIC CASCADE', r.f);
    IF r.regranted THEN RESET ROLE; END IF;
  END LOOP;
END $$;

-- Postgres calls some routines without asking for EXECUTE: support functions of an operator class or of a range type,
-- input and output of a type. Whoever they are called for, they then act as nobody else. A definition is changed here,
-- which is why fidelity comes before.
DO $$ DECLARE f regprocedure; BEGIN
  FOR f IN SELECT oid FROM pg_proc WHERE prosecdef LOOP
    EXECUTE format('ALTER ROUTINE %s SECURITY INVOKER', f);
  END LOOP;
END $$;

-- Built-in routines: volatile ones act (set_config, lo_create, pg_notify, advisory locks, pg_terminate_backend,
-- pg_logical_emit_message, which writes WAL even when read-only), so they are refused by default. Of the others, those go
-- that look around, or that run SQL out of a string, where the fence around a guest's text does not reach.
-- Routines that SQL cannot call are left alone.
DO $$ DECLARE f regprocedure; BEGIN
  FOR f IN
    SELECT p.oid FROM pg_proc p
     WHERE p.pronamespace = 'pg_catalog'::regnamespace
       AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype, 'internal'::regtype,
             'index_am_handler'::regtype, 'table_am_handler'::regtype, 'tsm_handler'::regtype,
             'fdw_handler'::regtype, 'language_handler'::regtype)
       AND p.proname <> ALL (string_to_array(current_setting('vhost.harmless'), ','))
       AND (p.provolatile = 'v' OR p.prosecdef
            OR (p.provolatile = 's' AND p.proname ~ current_setting('vhost.introspection')))
  LOOP
    EXECUTE format('REVOKE ALL ON ROUTINE %s FROM PUBLIC CASCADE', f);
  END LOOP;
END $$;

-- What is left that PUBLIC can hold.
DO $$ DECLARE r record; BEGIN
  FOR r IN SELECT m.oid FROM pg_largeobject_metadata m CROSS JOIN LATERAL aclexplode(m.lomacl) a WHERE a.grantee = 0 LOOP
    EXECUTE format('REVOKE ALL ON LARGE OBJECT %s FROM PUBLIC CASCADE', r.oid);
  END LOOP;
  FOR r IN SELECT lanname FROM pg_language WHERE lanpltrusted LOOP
    EXECUTE format('REVOKE ALL ON LANGUAGE %I FROM PUBLIC CASCADE', r.lanname);
  END LOOP;
  FOR r IN SELECT fdwname FROM pg_foreign_data_wrapper LOOP
    EXECUTE format('REVOKE ALL ON FOREIGN DATA WRAPPER %I FROM PUBLIC CASCADE', r.fdwname);
  END LOOP;
  FOR r IN SELECT srvname FROM pg_foreign_server LOOP
    EXECUTE format('REVOKE ALL ON FOREIGN SERVER %I FROM PUBLIC CASCADE', r.srvname);
  END LOOP;
  FOR r IN SELECT spcname FROM pg_tablespace LOOP
    EXECUTE format('REVOKE ALL ON TABLESPACE %I FROM PUBLIC CASCADE', r.spcname);
  END LOOP;
END $$;
