-- Every way in which what one role was given by name differs from its grant, one line of text each; none is good.
--   $1 the role, $2 relations readable as a whole, $3 and $4 relation and number of single readable columns,
--   $5 schemas with USAGE, $6 table privileges that this server knows
-- What a role holds by its name, as a privilege or as an owner, in this database, in others and in shared objects, is in
-- pg_shdepend, which has an index on the role: nothing here goes through the objects of the database.
WITH me AS (SELECT * FROM pg_authid WHERE rolname = $1::text::name),
here AS (SELECT oid FROM pg_database WHERE datname = current_database()),
readable AS (SELECT * FROM unnest($3::oid[], $4::int2[]) AS u (rel, att)),
granted (rel) AS (SELECT unnest($2::oid[]) UNION SELECT rel FROM readable)
SELECT format('%s object %s of class %s', CASE d.deptype WHEN 'a' THEN 'a privilege on' WHEN 'o' THEN 'ownership of' ELSE 'a part in' END,
              d.objid, d.classid::regclass)
  FROM pg_shdepend d JOIN me ON d.refobjid = me.oid CROSS JOIN here
 WHERE d.refclassid = 'pg_authid'::regclass
   AND NOT (d.deptype = 'a' AND CASE d.classid
            WHEN 'pg_class'::regclass THEN d.dbid = here.oid AND CASE d.objsubid
                 WHEN 0 THEN d.objid = ANY ($2::oid[])
                 ELSE EXISTS (SELECT FROM readable r WHERE r.rel = d.objid AND r.att = d.objsubid) END
            WHEN 'pg_namespace'::regclass THEN d.dbid = here.oid AND d.objid = ANY ($5::oid[])
            WHEN 'pg_database'::regclass THEN d.objid = here.oid
            ELSE false END)
UNION ALL
SELECT format('%s on relation %s', p, g.rel::regclass)
  FROM granted g CROSS JOIN me CROSS JOIN unnest($6::text[]) p
 WHERE has_table_privilege(me.oid, g.rel, p) AND NOT (p = 'SELECT' AND g.rel = ANY ($2::oid[]))
UNION ALL
SELECT format('no SELECT on relation %s', o::regclass)
  FROM unnest($2::oid[]) o CROSS JOIN me WHERE NOT has_table_privilege(me.oid, o, 'SELECT')
UNION ALL
SELECT format('%s on column %s.%I', p, g.rel::regclass, a.attname)
  FROM granted g JOIN pg_attribute a ON a.attrelid = g.rel CROSS JOIN me
 CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']) p
 WHERE NOT a.attisdropped AND has_column_privilege(me.oid, g.rel, a.attnum, p) AND NOT has_table_privilege(me.oid, g.rel, p)
   AND NOT (p = 'SELECT' AND EXISTS (SELECT FROM readable r WHERE r.rel = g.rel AND r.att = a.attnum))
UNION ALL
SELECT format('no SELECT on column %s of relation %s', r.att, r.rel::regclass)
  FROM readable r CROSS JOIN me WHERE NOT has_column_privilege(me.oid, r.rel, r.att, 'SELECT')
UNION ALL
SELECT format('CREATE on schema %s', o::regnamespace)
  FROM unnest($5::oid[]) o CROSS JOIN me WHERE has_schema_privilege(me.oid, o, 'CREATE')
UNION ALL
SELECT format('%s on this database', p)
  FROM here CROSS JOIN me CROSS JOIN unnest(ARRAY['CREATE', 'TEMPORARY']) p WHERE has_database_privilege(me.oid, here.oid, p)
UNION ALL
SELECT format('membership in role %I', pg_get_userbyid(m.roleid))
  FROM pg_auth_members m JOIN me ON m.member = me.oid
UNION ALL
SELECT 'an attribute such as SUPERUSER or BYPASSRLS'
  FROM me WHERE rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls
 ORDER BY 1
