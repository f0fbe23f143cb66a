//! The questions, as one statement for each version of the server.

/// Schemas that hold what belongs to no user.
const OWN: &str = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'";

/// One statement whose rows are `about`, `name`, `value`, all text and none null.
///
/// It asks the catalogue alone, so that a role that may read nothing else can ask it, and expects an empty search path.
/// `number` is `server_version_num`.
pub fn questions(number: u32) -> String {
    let mut parts = vec![
        "SELECT 'server-version', '', current_setting('server_version')".to_owned(),
        "SELECT 'data-checksums', '', current_setting('data_checksums')".to_owned(),
        "SELECT 'extension', extname::text, extversion FROM pg_extension".to_owned(),
        // `e` is a member of an extension.
        "SELECT 'member-table', n.nspname || '.' || c.relname, quote_ident(n.nspname) || '.' || quote_ident(c.relname) \
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_depend d ON d.classid = 'pg_class'::regclass \
         AND d.objid = c.oid AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e' WHERE c.relkind = 'r'"
            .to_owned(),
        // pg_dump's own condition (getIndexes in pg_dump.c), turned round: it keeps those of partitioned tables.
        format!(
            "SELECT 'invalid-index', n.nspname || '.' || c.relname, '' FROM pg_index i \
             JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
             JOIN pg_class t ON t.oid = i.indrelid \
             WHERE {OWN} AND NOT ((i.indisvalid OR t.relkind = 'p') AND i.indisready)"
        ),
        // `pg_import_system_collations` puts collations there, which need no dump. `e` is a member of an extension.
        "SELECT 'system-schema', o.kind || ' ' || n.nspname || '.' || o.name, '' FROM (\
         SELECT 'function' AS kind, proname::text AS name, oid, pronamespace AS home, 'pg_proc'::regclass AS class FROM pg_proc \
         UNION ALL SELECT 'relation', relname::text, oid, relnamespace, 'pg_class'::regclass FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f') \
         UNION ALL SELECT 'type', typname::text, oid, typnamespace, 'pg_type'::regclass FROM pg_type WHERE typtype IN ('d', 'e', 'r') \
         UNION ALL SELECT 'operator', oprname::text, oid, oprnamespace, 'pg_operator'::regclass FROM pg_operator \
         UNION ALL SELECT 'text search configuration', cfgname::text, oid, cfgnamespace, 'pg_ts_config'::regclass FROM pg_ts_config) o \
         JOIN pg_namespace n ON n.oid = o.home WHERE o.oid >= 16384 AND n.nspname IN ('pg_catalog', 'information_schema') \
         AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = o.class AND d.objid = o.oid AND d.deptype = 'e')"
            .to_owned(),
        "SELECT 'subscription', s.subname::text, '' FROM pg_subscription s JOIN pg_database b ON b.oid = s.subdbid \
         WHERE b.datname = current_database()"
            .to_owned(),
        // The view's own condition (`pg_user_mappings` in system_views.sql), turned round.
        "SELECT 'hidden-mapping', m.srvname::text || ' ' || coalesce(m.usename::text, 'public'), '' FROM pg_user_mappings m \
         JOIN pg_foreign_server s ON s.oid = m.srvid WHERE m.umoptions IS NULL \
         AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) \
         AND NOT (m.umuser <> 0 AND m.usename = current_user \
         AND (pg_has_role(s.srvowner, 'USAGE') OR has_server_privilege(s.oid, 'USAGE'))) \
         AND NOT (m.umuser = 0 AND pg_has_role(s.srvowner, 'USAGE'))"
            .to_owned(),
        // Those that `ALTER TABLE … DISABLE TRIGGER ALL` switches off beside the user's own.
        format!(
            "SELECT 'unenforced-constraint', n.nspname || '.' || r.relname || ' ' || c.conname, '' FROM pg_trigger t \
             JOIN pg_constraint c ON c.oid = t.tgconstraint JOIN pg_class r ON r.oid = c.conrelid \
             JOIN pg_namespace n ON n.oid = r.relnamespace WHERE t.tgisinternal AND t.tgenabled IN ('D', 'R') AND {OWN}"
        ),
        "SELECT 'database-setting', coalesce(r.rolname::text, ''), one FROM pg_db_role_setting s \
         LEFT JOIN pg_roles r ON r.oid = s.setrole CROSS JOIN unnest(s.setconfig) AS one \
         WHERE s.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())"
            .to_owned(),
        "SELECT 'role-setting', r.rolname::text, one FROM pg_db_role_setting s \
         JOIN pg_roles r ON r.oid = s.setrole CROSS JOIN unnest(s.setconfig) AS one WHERE s.setdatabase = 0 \
         AND EXISTS (SELECT FROM pg_shdepend d, pg_database b WHERE b.datname = current_database() \
         AND d.refclassid = 'pg_authid'::regclass AND d.refobjid = r.oid \
         AND (d.dbid = b.oid OR (d.dbid = 0 AND d.classid = 'pg_database'::regclass AND d.objid = b.oid)))"
            .to_owned(),
    ];
    // Those that initdb imported, and that nothing uses, say nothing about this database.
    let used = "c.collversion IS NOT NULL AND EXISTS (SELECT FROM pg_depend d \
                WHERE d.refclassid = 'pg_collation'::regclass AND d.refobjid = c.oid)";
    if number >= 100_000 {
        parts.push(format!(
            "SELECT 'collation', n.nspname || '.' || c.collname, c.collversion \
             FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace WHERE {used}"
        ));
        parts.push(format!(
            "SELECT 'stale-collation', n.nspname || '.' || c.collname, '' \
             FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace \
             WHERE {used} AND c.collversion IS DISTINCT FROM pg_collation_actual_version(c.oid)"
        ));
    }
    if number >= 120_000 {
        parts.push(format!(
            "SELECT 'generated', n.nspname || '.' || c.relname || '.' || a.attname, pg_get_expr(e.adbin, e.adrelid) \
             FROM pg_attribute a JOIN pg_attrdef e ON e.adrelid = a.attrelid AND e.adnum = a.attnum \
             JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE {OWN} AND a.attgenerated = 's' AND NOT a.attisdropped"
        ));
    }
    if number >= 150_000 {
        parts.push(
            "SELECT 'collation', '(database)', datcollversion FROM pg_database \
             WHERE datname = current_database() AND datcollversion IS NOT NULL"
                .to_owned(),
        );
        parts.push(
            "SELECT 'stale-collation', '(database)', '' FROM pg_database WHERE datname = current_database() \
             AND datcollversion IS NOT NULL \
             AND datcollversion IS DISTINCT FROM pg_database_collation_actual_version(oid)"
                .to_owned(),
        );
    }
    parts.join(" UNION ALL ")
}
