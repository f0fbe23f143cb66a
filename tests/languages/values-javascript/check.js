// What crosses the boundary in both directions, in a component and on a real Postgres.

import {
  BadParameter, check, Denied, evidence, Interval, log, Moment, Numeric, Other, param, query, queryOne, Relation,
  remaining, scalar, SqlError, WrongType,
} from "../../../guest-checks/sdk/javascript/vhost-check/index.js";

// SQL of a type, what it is in JavaScript, and how it is sent where that is another thing.
const VALUES = [
  ["boolean", "true", true],
  ["bigint", "9007199254740991", 9007199254740991],
  ["smallint", "-3", -3],
  ["double precision", "'-Infinity'", -Infinity],
  ["double precision", "2", 2, param.float(2)],
  ["numeric", "12345678901234567890.123456789", new Numeric("12345678901234567890.123456789")],
  ["text", "'hé€😀'", "hé€😀"],
  ["bytea", "'\\x00ff'", new Uint8Array([0, 255])],
  ["jsonb", "'{\"a\": [1, 0.5, null]}'", { a: [1, 0.5, null] }],
  ["uuid", "'7c963f27-5b0e-4d6a-9c41-e2a8f3b1d704'", "7c963f27-5b0e-4d6a-9c41-e2a8f3b1d704", param.uuid("7c963f27-5b0e-4d6a-9c41-e2a8f3b1d704")],
  ["date", "'2026-05-17'", Moment.date(2026, 5, 17)],
  ["date", "'infinity'", new Moment("date", "infinity")],
  ["date", "'0044-03-15 BC'", new Moment("date", [-43, 3, 15, 0, 0, 0, 0])],
  ["timestamp", "'2026-05-17 12:30:00.25'", new Moment("timestamp", [2026, 5, 17, 12, 30, 0, 250_000])],
  ["timestamptz", "'9999-12-31 23:59:59.999999+00'", new Moment("timestamptz", [9999, 12, 31, 23, 59, 59, 999_999])],
  ["interval", "'1 month -2 days 00:00:00.000005'", new Interval(1, -2, 5)],
  ["integer[]", "'{1,2}'", new Other("integer[]", "{1,2}")],
  ["bigint", "NULL", null],
];

const shown = (value) => `${value?.constructor?.name} ${value instanceof Uint8Array ? [...value] : JSON.stringify(value)}`;

export default check({
  run(_, findings) {
    VALUES.forEach(([type, sql, value, sent = value], at) => {
      findings.expectEq(`read-${at}`, null, shown(value), shown(scalar(`SELECT ${sql}::${type}`)));
      const same = scalar(`SELECT $1::${type} IS NOT DISTINCT FROM ${sql}::${type}`, [sent]);
      findings.expect(`sent-${at}`, null, same);
    });
    findings.expect("sent-bigint", null, scalar("SELECT $1 = 9223372036854775807::bigint", [2n ** 63n - 1n]));
    findings.expect("sent-date", null, scalar("SELECT $1 = '1970-01-01 00:00:01+00'::timestamptz", [new Date(1000)]));
    // It would be rounded, and is an error instead; its text is exact.
    const rounded = failing(WrongType, "SELECT 9007199254740993::bigint");
    findings.expect("beyond-2-53", null, rounded?.message.includes("integer beyond 2^53") ?? false);
    const exact = BigInt(scalar("SELECT 9007199254740993::text"));
    findings.expect("bigint", null, exact === 2n ** 53n + 1n);
    const rows = [...query("SELECT n, 'n' || n AS label FROM generate_series(1, 1500) n ORDER BY n")];
    findings.expectEq("rows", null, "n1500", rows[1499].label);
    const { a, b } = queryOne("SELECT 1 AS a, 2 AS b");
    findings.expectEq("named", null, 3, a + b);
    findings.expectEq("sql-error", null, "22012", failing(SqlError, "SELECT 1 / $1::int", [0])?.sqlstate ?? null);
    findings.expect("denied", null, failing(Denied, "DELETE FROM shop.unit") !== null);
    findings.expect("bad-parameter", null, failing(BadParameter, "SELECT $1::int", ["x"])?.message.includes("$1") ?? false);
    findings.expectAtMost("remaining", null, 999, remaining().statements);
    const dumped = evidence.relations().filter(({ schema }) => schema === "shop");
    findings.expect("evidence", null, dumped.some(({ name }) => name === "unit") && evidence.getDump().bytes > 0);
    findings.expect("objects", null, [...evidence.allObjects("dump")].some(({ kind }) => kind === "TABLE"));
    // The interpreter's own arithmetic gives the digest that other languages give.
    findings.expectEq("digest", null, "s.t key:a8fa53f396561006", Relation.parse("s.t").at({ mail: "a@b" }).text);
    log.info("all of it was looked at");
  },
});

function failing(kind, sql, params = []) {
  try {
    scalar(sql, params);
  } catch (error) {
    if (error instanceof kind) return error;
    throw error;
  }
  return null;
}
