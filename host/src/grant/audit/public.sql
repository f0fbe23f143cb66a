-- Everything that a role may do to which nothing was granted, one line of text each; none is good.
--   $1 the role, $2 table privileges that this server knows
-- Asked with has_*_privilege, so it is what PUBLIC effectively has, wherever it comes from. It goes through every object of
-- the database, which is why it is asked once and not for each check.
WITH me AS (SELECT * FROM pg_authid WHERE rolname = $1::text::name)
SELECT format('%s on relation %I.%I', p, n.nspname, c.relname)
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace CROSS JOIN unnest($2::text[]) p
 WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f', 't') AND has_table_privilege($1::text::name, c.oid, p)
UNION ALL
SELECT format('%s on column %I.%I.%I', p, n.nspname, c.relname, a.attname)
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
 CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']) p
 WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f') AND NOT a.attisdropped
   AND has_column_privilege($1::text::name, a.attrelid, a.attnum, p) AND NOT has_table_privilege($1::text::name, a.attrelid, p)
UNION ALL
SELECT format('%s on sequence %I.%I', p, n.nspname, c.relname)
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace CROSS JOIN unnest(ARRAY['USAGE', 'SELECT', 'UPDATE']) p
 WHERE c.relkind = 'S' AND has_sequence_privilege($1::text::name, c.oid, p)
UNION ALL
SELECT format('%s on schema %I', p, n.nspname)
  FROM pg_namespace n CROSS JOIN unnest(ARRAY['USAGE', 'CREATE']) p
 WHERE has_schema_privilege($1::text::name, n.oid, p)
   AND NOT (p = 'USAGE' AND n.nspname = 'pg_catalog')
UNION ALL
SELECT format('EXECUTE on routine %s', p.oid::regprocedure)
  FROM pg_proc p
 WHERE has_function_privilege($1::text::name, p.oid, 'EXECUTE')
   AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype, 'internal'::regtype,
         'index_am_handler'::regtype, 'table_am_handler'::regtype, 'tsm_handler'::regtype,
         'fdw_handler'::regtype, 'language_handler'::regtype)
   AND CASE WHEN p.pronamespace = 'pg_catalog'::regnamespace
            THEN p.proname <> ALL (string_to_array(current_setting('vhost.harmless'), ','))
                 AND (p.provolatile = 'v' OR p.prosecdef
                      OR (p.provolatile = 's' AND p.proname ~ current_setting('vhost.introspection')))
            ELSE p.prosecdef OR p.provolatile = 'v' OR NOT EXISTS (
                 SELECT FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
                  WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
                    AND d.refclassid = 'pg_extension'::regclass
                    AND e.extname = ANY (string_to_array(current_setting('vhost.extensions'), ','))) END
UNION ALL
SELECT format('the owner''s rights in routine %s', p.oid::regprocedure)
  FROM pg_proc p WHERE p.prosecdef
UNION ALL
SELECT format('%s on database %I', p, d.datname)
  FROM pg_database d CROSS JOIN unnest(ARRAY['CONNECT', 'CREATE', 'TEMPORARY']) p
 WHERE has_database_privilege($1::text::name, d.oid, p)
UNION ALL
SELECT format('USAGE on language %I', lanname)
  FROM pg_language WHERE lanpltrusted AND has_language_privilege($1::text::name, oid, 'USAGE')
UNION ALL
SELECT format('USAGE on foreign data wrapper %I', fdwname)
  FROM pg_foreign_data_wrapper WHERE has_foreign_data_wrapper_privilege($1::text::name, oid, 'USAGE')
UNION ALL
SELECT format('USAGE on foreign server %I', srvname)
  FROM pg_foreign_server WHERE has_server_privilege($1::text::name, oid, 'USAGE')
UNION ALL
SELECT format('CREATE on tablespace %I', spcname)
  FROM pg_tablespace WHERE has_tablespace_privilege($1::text::name, oid, 'CREATE')
UNION ALL
SELECT format('%s on large object %s', a.privilege_type, m.oid)
  FROM pg_largeobject_metadata m CROSS JOIN LATERAL aclexplode(m.lomacl) a, me WHERE a.grantee IN (0, me.oid)
 ORDER BY 1
