//! Every way in which the session's role could write, were its transaction not read-only.

use super::SourceError;
use super::connect::{Session, text};

const PURPOSE: &str = "what the role could write";

/// Roles that the session's user is or could become; oid 0 stands for PUBLIC.
///
/// SET ROLE reaches roles whose privileges are not inherited, so membership counts, not inheritance.
const REACH: &str = "WITH reach AS (SELECT r.oid FROM pg_roles r \
    WHERE pg_has_role(session_user, r.oid, 'MEMBER') UNION ALL SELECT 0::oid)";

/// Statements that give a way in words per row. The session's search_path is empty, so names are pg_catalog's.
///
/// An owner's rights are told once, as ownership. pg_catalog's own grants are left out because they write no
/// data, such as UPDATE on pg_settings, which is SET by another name.
const WAYS: &[&str] = &[
    "SELECT a.word || CASE WHEN r.rolname = session_user THEN '' ELSE ' through role ' || r.rolname END \
     FROM reach JOIN pg_roles r USING (oid), LATERAL (VALUES ('superuser', r.rolsuper), \
     ('createrole', r.rolcreaterole), ('createdb', r.rolcreatedb), ('replication', r.rolreplication)) \
     AS a (word, has) WHERE a.has ORDER BY 1",
    // pg_signal_backend, pg_checkpoint and the roles that read write nothing.
    "SELECT 'member of ' || r.rolname FROM reach JOIN pg_roles r USING (oid) \
     WHERE r.rolname IN ('pg_write_all_data', 'pg_write_server_files', 'pg_execute_server_program', \
     'pg_maintain', 'pg_create_subscription') ORDER BY 1",
    "SELECT 'owner of the database' FROM reach JOIN pg_database d ON d.datdba = reach.oid \
     WHERE d.datname = current_database()",
    "SELECT 'owner of ' || count(*) || ' relations (first: ' || min(format('%I.%I', n.nspname, c.relname)) || ')' \
     FROM reach JOIN pg_class c ON c.relowner = reach.oid JOIN pg_namespace n ON n.oid = c.relnamespace \
     WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') HAVING count(*) > 0",
    "SELECT 'owner of ' || count(*) || ' other objects (first: ' \
     || min(pg_describe_object(d.classid, d.objid, d.objsubid)) || ')' \
     FROM reach JOIN pg_shdepend d ON d.refobjid = reach.oid \
     WHERE d.deptype = 'o' AND d.refclassid = 'pg_authid'::regclass AND d.classid <> 'pg_class'::regclass \
     AND d.dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) HAVING count(*) > 0",
    // All but SELECT writes: TRIGGER and REFERENCES change the table's definition, MAINTAIN rewrites it, and USAGE
    // advances a sequence.
    "SELECT a.privilege_type || ' on ' || count(DISTINCT c.oid) \
     || CASE WHEN c.relkind = 'S' THEN ' sequences' ELSE ' relations' END \
     || ' (first: ' || min(format('%I.%I', n.nspname, c.relname)) || ')' \
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, \
     LATERAL aclexplode(c.relacl) a JOIN reach ON reach.oid = a.grantee \
     WHERE a.privilege_type <> 'SELECT' AND n.nspname NOT IN ('pg_catalog', 'information_schema') \
     AND c.relowner NOT IN (SELECT oid FROM reach) GROUP BY a.privilege_type, c.relkind = 'S', \
     CASE WHEN c.relkind = 'S' THEN ' sequences' ELSE ' relations' END ORDER BY 1",
    "SELECT a.privilege_type || ' on columns of ' || count(DISTINCT c.oid) || ' relations (first: ' \
     || min(format('%I.%I', n.nspname, c.relname)) || ')' \
     FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace, \
     LATERAL aclexplode(t.attacl) a JOIN reach ON reach.oid = a.grantee \
     WHERE a.privilege_type <> 'SELECT' AND n.nspname NOT IN ('pg_catalog', 'information_schema') \
     AND c.relowner NOT IN (SELECT oid FROM reach) GROUP BY a.privilege_type ORDER BY 1",
    "SELECT DISTINCT 'CREATE on schema ' || n.nspname FROM pg_namespace n, \
     LATERAL aclexplode(n.nspacl) a JOIN reach ON reach.oid = a.grantee WHERE a.privilege_type = 'CREATE' \
     AND n.nspowner NOT IN (SELECT oid FROM reach) ORDER BY 1",
    "SELECT DISTINCT 'CREATE on the database' FROM pg_database d, \
     LATERAL aclexplode(d.datacl) a JOIN reach ON reach.oid = a.grantee \
     WHERE a.privilege_type = 'CREATE' AND d.datname = current_database() \
     AND d.datdba NOT IN (SELECT oid FROM reach)",
    "SELECT 'UPDATE on ' || count(DISTINCT l.oid) || ' large objects (first: ' || min(l.oid) || ')' \
     FROM pg_largeobject_metadata l, LATERAL aclexplode(l.lomacl) a JOIN reach ON reach.oid = a.grantee \
     WHERE a.privilege_type = 'UPDATE' AND l.lomowner NOT IN (SELECT oid FROM reach) HAVING count(*) > 0",
    // What such a function does is not to be known from here. One that is not volatile cannot write, and one that
    // returns a trigger cannot be called.
    "SELECT 'EXECUTE on ' || count(*) || ' volatile SECURITY DEFINER functions (first: ' \
     || min(format('%I.%I', n.nspname, p.proname)) || ')' \
     FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace \
     WHERE p.prosecdef AND p.provolatile = 'v' AND n.nspname NOT IN ('pg_catalog', 'information_schema') \
     AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype) \
     AND p.proowner NOT IN (SELECT oid FROM reach) \
     AND EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a \
     JOIN reach ON reach.oid = a.grantee WHERE a.privilege_type = 'EXECUTE') HAVING count(*) > 0",
];

/// From version 15 on.
const PARAMETERS: &str = "SELECT DISTINCT 'ALTER SYSTEM on parameter ' || p.parname FROM pg_parameter_acl p, \
    LATERAL aclexplode(p.paracl) a JOIN reach ON reach.oid = a.grantee \
    WHERE a.privilege_type = 'ALTER SYSTEM' ORDER BY 1";

/// The ways in words; empty is good.
///
/// What every role of every server can do (temporary tables, large objects of its own, NOTIFY) is not among them.
pub(super) async fn could_write(
    session: &Session,
    server_number: u32,
) -> Result<Vec<String>, SourceError> {
    let [superuser] = session
        .row(
            PURPOSE,
            "SELECT rolsuper FROM pg_roles WHERE rolname = session_user",
        )
        .await?;
    if superuser == "t" {
        // Nothing that could be added would say more.
        return Ok(vec!["superuser".to_owned()]);
    }
    let parameters = (server_number >= 150_000).then_some(&PARAMETERS);
    let mut ways = Vec::new();
    for statement in WAYS.iter().chain(parameters) {
        for row in session
            .rows(PURPOSE, &format!("{REACH} {statement}"))
            .await?
        {
            ways.push(text(&row, 0, PURPOSE)?.to_owned());
        }
    }
    Ok(ways)
}
