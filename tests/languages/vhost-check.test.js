// The JavaScript module that checks are written with; what of it meets a real host is in tests/e2e/languages.rs.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import {
  check, component, CouldNotLook, Denied, evidence, Findings, Ident, Interval, LimitHit, log, Moment, NotAName, Numeric,
  Other, param, query, QueryError, queryOne, Relation, remaining, scalar, setting, SqlError,
} from "../../guest-checks/sdk/javascript/vhost-check/index.js";
import { readSettings } from "../../guest-checks/sdk/javascript/vhost-check/settings.js";
import { sha256 } from "../../guest-checks/sdk/javascript/vhost-check/sha256.js";
import { Rows, run, World } from "../../guest-checks/sdk/javascript/vhost-check/testing.js";
import { equal, fromWit, order, toWit } from "../../guest-checks/sdk/javascript/vhost-check/values.js";

const relation = Relation.parse("s.t");

/** What a function sees in a world. */
function within(world, look) {
  let seen;
  const came = run(check({ run: () => (seen = look()) }), world);
  if (came.reason !== null) throw new QueryError(came.reason);
  return seen;
}

test("a name is quoted whatever it holds", () => {
  const odd = Relation.parse('Odd.a"b; DROP TABLE c');
  assert.equal(`${odd}`, '"Odd"."a""b; DROP TABLE c"');
  assert.equal(odd.plain, 'Odd.a"b; DROP TABLE c');
});

test("what Postgres cannot have is no name", () => {
  for (const text of ["orders", ".orders", "shop.", `shop.${"ü".repeat(32)}`, "shop.a\0b"]) {
    assert.throws(() => Relation.parse(text), NotAName);
  }
});

test("a subject has the digest that Rust gives", () => {
  assert.equal(relation.column(new Ident("c")).at({ mail: "a@b" }).text, "s.t.c key:a8fa53f396561006");
  assert.deepEqual(relation.at({ b: 2, a: null }), relation.at({ a: null, b: 2 }));
  const digests = [1, "1", true, "true", null, "null"].map((value) => relation.at({ a: value }).text);
  assert.equal(new Set(digests).size, 6);
  assert.equal(relation.at({ a: 1n }).text, relation.at({ a: 1 }).text);
});

test("the digest is SHA-256", () => {
  for (const length of [0, 1, 55, 56, 63, 64, 65, 1000]) {
    const bytes = Array.from({ length }, (_, at) => (at * 7) & 255);
    assert.equal(sha256(bytes), createHash("sha256").update(Buffer.from(bytes)).digest("hex"));
  }
});

test("values go and come back", () => {
  const values = [
    null, true, false, 0, -(2 ** 53) + 1, 1.5, Infinity, "ü", "", new Uint8Array([0, 255]), new Numeric("12.50"),
    new Moment("timestamptz", [2026, 5, 17, 1, 2, 3, 4]), new Moment("date", "-infinity"), Moment.date(1, 1, 1),
    new Interval(1, -2, 3), new Other("integer[]", "{1}"), { a: [1, "ü", null] },
  ];
  for (const value of values) assert.deepEqual(fromWit(toWit(value), "it"), value);
});

test("each value has its case", () => {
  for (const [value, wit] of [
    [7n, { tag: "int", val: 7 }],
    [2n ** 62n, { tag: "other", val: { typeName: "bigint", text: String(2n ** 62n) } }],
    [2n ** 63n, { tag: "numeric", val: String(2n ** 63n) }],
    [param.float(3), { tag: "float", val: 3 }],
    [param.uuid("u"), { tag: "uuid", val: "u" }],
    [param.json([1]), { tag: "json", val: "[1]" }],
    [new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 6)), {
      tag: "timestamptz",
      val: { tag: "at", val: { year: 2026, month: 1, day: 2, hour: 3, minute: 4, second: 5, micros: 6000 } },
    }],
  ]) assert.deepEqual(toWit(value), wit);
});

test("what has no case says what to write", () => {
  for (const value of [[1], undefined, () => 1, Symbol("x"), new Map(), 2 ** 60, new Date(NaN)]) {
    assert.throws(() => toWit(value), TypeError);
  }
  assert.throws(() => toWit([1]), /pass param\.json/);
  assert.throws(() => new Numeric("1,5"), TypeError);
});

test("an integer that was rounded on its way is an error, and a BigInt stays one", () => {
  assert.equal(fromWit({ tag: "int", val: 9007199254740991n }, "it"), 9007199254740991);
  assert.equal(fromWit({ tag: "int", val: 9007199254740993n }, "it"), 9007199254740993n);
  for (const val of [2 ** 53, -(2 ** 53), 2 ** 63]) {
    assert.throws(() => fromWit({ tag: "int", val }, "column `id`"), /column `id` holds an integer beyond 2\^53/);
  }
});

test("decimals are compared exactly", () => {
  const [one, more] = [new Numeric("0.1000000000000000000001"), new Numeric("0.1000000000000000000002")];
  assert.ok(one.compare(more) < 0 && more.compare(one) > 0);
  assert.ok(equal(new Numeric("1.50"), 1.5) && equal(new Numeric("1E+3"), 1000n) && !equal(new Numeric("1"), "1"));
  assert.ok(order(2, new Numeric("1.5")) > 0 && order(new Numeric("-Infinity"), 0) < 0);
  assert.ok(Number.isNaN(order(new Numeric("NaN"), 0)) && Number.isNaN(order(null, 0)));
});

test("moments have an order and a text", () => {
  const at = new Moment("timestamptz", [2026, 5, 17, 12, 30, 0, 250_000]);
  assert.equal(String(at), "2026-05-17T12:30:00.25Z");
  assert.equal(at.toDate().toISOString(), "2026-05-17T12:30:00.250Z");
  assert.equal(String(Moment.date(44, 3, 15)), "0044-03-15");
  assert.equal(at.valueOf(), Date.UTC(2026, 4, 17, 12, 30, 0, 250) * 1000);
  assert.ok(new Moment("date", "-infinity") < Moment.date(1, 1, 1) && Moment.date(1, 1, 1) < at);
});

const FIELDS = {
  relation: setting.relation, column: setting.ident, count: setting.integer, share: setting.number,
  lane: setting.oneOf("a", "b"), inner: setting.table({ name: setting.text }),
  rows: setting.list(setting.table({ name: setting.text })), cells: setting.tableOf(setting.text),
  maybe: setting.optional(setting.integer), flag: setting.optional(setting.boolean, false),
};
const GOOD = {
  relation: "s.t", column: "c", count: 2, share: 0.5, lane: "b", inner: { name: "x" }, rows: [{ name: "y" }],
  cells: { k: "v" },
};

test("settings of every type are read", () => {
  const read = readSettings(FIELDS, JSON.stringify(GOOD));
  assert.equal(`${read.relation} ${read.column}`, '"s"."t" "c"');
  assert.deepEqual([read.rows, read.cells, read.maybe, read.flag], [[{ name: "y" }], new Map([["k", "v"]]), null, false]);
});

test("what is wrong with settings is named with its place and without its value", () => {
  for (const [change, told] of [
    [{ nmae: 1 }, "nothing reads `nmae`"],
    [{ rows: [{ name: "y", nmae: 1 }] }, "nothing reads `rows[0].nmae`"],
    [{ count: true }, "`count` is a boolean; write an integer"],
    [{ count: "secret" }, "`count` is a string; write an integer"],
    [{ count: 2 ** 53 }, "`count` is a number; write an integer within 2^53"],
    [{ count: undefined }, "`count` is missing"],
    [{ relation: "t" }, "write `schema.relation`"],
    [{ lane: "secret" }, 'write one of "a", "b"'],
    [{ rows: [3] }, "`rows[0]` is a number; write a table"],
    [{ inner: [] }, "`inner` is a list; write a table"],
    [{ maybe: null }, "`maybe` is nothing; write an integer"],
    [{ __proto__: null, toString: 1 }, "nothing reads `toString`"],
  ]) {
    const wrong = () => readSettings(FIELDS, JSON.stringify({ ...GOOD, ...change }));
    assert.throws(wrong, (error) => {
      assert.ok(error instanceof CouldNotLook && error.message.includes(told), `${error}: ${told}`);
      return !error.message.includes("secret");
    });
  }
});

test("rows come page by page", () => {
  const rows = new Rows(["id", "note"], Array.from({ length: 1_200 }, (_, n) => [n, null]));
  const seen = within(new World().answer("FROM t", rows), () => [...query("SELECT FROM t")]);
  assert.deepEqual([seen.length, seen[1_199]], [1_200, { id: 1_199, note: null }]);
});

test("one row, one value, and columns that have one name", () => {
  const world = (...rows) => new World().answer("FROM t", new Rows(["id"], rows));
  assert.deepEqual(within(world([1]), () => queryOne("SELECT FROM t")), { id: 1 });
  assert.throws(() => within(world([1], [2]), () => queryOne("SELECT FROM t")), /with 2 rows instead of one/);
  assert.equal(within(world(), () => scalar("SELECT FROM t")), null);
  const twice = new World().answer("FROM t", new Rows(["a", "a"], [[1, 2]]));
  assert.throws(() => within(twice, () => [...query("SELECT FROM t")]), /two columns `a`/);
});

test("an error behind rows comes behind them", () => {
  const world = new World().answer("FROM t", new Rows(["id"], [[1]], new SqlError("57014", "canceled")));
  assert.equal(within(world, () => query("SELECT FROM t").next().value.id), 1);
  assert.throws(() => within(world, () => [...query("SELECT FROM t")]), /57014/);
});

test("a statement that nothing answers ends the test", () => {
  const world = new World().answerTo("FROM t", [1], 1);
  assert.throws(() => run(check({ run: () => scalar("SELECT FROM t", [2]) }), world), /no answer for/);
});

test("the rest of the world", () => {
  const left = { rows: 1, bytes: 2, statements: 3, millis: 4 };
  const objects = Array.from({ length: 2_500 }, (_, n) => n);
  const world = new World().budget(left).evidence({ relations: ["r"], objects });
  assert.deepEqual(within(world, remaining), left);
  assert.deepEqual(within(world, () => evidence.relations()), ["r"]);
  assert.deepEqual(within(world, () => [...evidence.allObjects()]), objects);
  assert.throws(remaining, /no world to ask/);
});

test("each comparison includes its bound and nothing beyond it", () => {
  const findings = new Findings();
  findings.expectEq("eq", relation, "a", "a");
  findings.expectEq("big", relation, 1, 1n);
  findings.expectEq("bytes", relation, new Uint8Array([1]), new Uint8Array([1]));
  findings.expectEq("eq-fails", relation, "a", "b");
  findings.expectEq("type-fails", relation, 1, true);
  findings.expectEq("text-fails", relation, 1, "1");
  findings.expectAtLeast("least", relation, 3, 3);
  findings.expectAtLeast("least-fails", relation, 3, 2);
  findings.expectAtLeast("null-fails", relation, 3, null);
  findings.expectAtMost("most", relation, Moment.date(2026, 5, 17), Moment.date(2026, 5, 17));
  findings.expectAtMost("most-fails", relation, Moment.date(2026, 5, 17), Moment.date(2026, 5, 18));
  findings.expectAtMost("nan-fails", relation, 1, NaN);
  findings.expectBetween("low", relation, 1, 2, 1);
  findings.expectBetween("high", relation, 1, 2, 2);
  findings.expectBetween("below-fails", relation, 1, 2, 0);
  findings.expectBetween("above-fails", relation, 1, 2, 3);
  findings.expectNone("none", null, 0);
  findings.expectNone("none-fails", null, 1);
  findings.expect("true", null, true);
  findings.expect("false-fails", null, false);
  for (const { rule, status } of findings.findings) assert.equal(status === "fail", rule.endsWith("-fails"), rule);
});

test("a limit keeps what was seen", () => {
  const looks = check({
    run(_, findings) {
      findings.withinLimits(relation, () =>
        findings.about(relation, () => {
          findings.expect("seen", relation, true);
          scalar("SELECT 1");
        }),
      );
    },
  });
  const seen = run(looks, new World().limited("SELECT 1", "rows", 5)).couldNotLook("within-limits");
  assert.deepEqual(seen.findings.map(({ status }) => status), ["pass", "could-not-look"]);
});

test("the contract of a report is held", () => {
  for (const [rule, metric] of [["Not Kebab", 1], ["x".repeat(65), 1], ["fine", NaN]]) {
    const looks = check({
      run(_, findings) {
        findings.expect(rule, null, true);
        findings.metric("m", metric);
      },
    });
    assert.throws(() => run(looks, new World()).passes());
  }
});

test("the boundary's errors become the module's, and its own become words", () => {
  const asked = (payload) => ({ query: { scalar() { throw Object.assign(new Error("x"), { payload }); } } });
  const looks = check({ run: () => scalar("SELECT 1") });
  const told = (payload) => {
    try {
      component(looks, asked(payload)).run();
    } catch (error) {
      return error;
    }
  };
  assert.equal(told({ tag: "sql", val: { sqlstate: "42501", message: "no" } }), "no (SQLSTATE 42501)");
  assert.equal(told({ tag: "limit", val: { what: "rows", allowed: 5 } }), "the grant's limit of 5 (rows) is reached");
  assert.match(told(undefined), /^Error: x\n/);
  assert.ok(new Denied("x") instanceof QueryError && new LimitHit("rows", 1) instanceof CouldNotLook);
  assert.throws(() => component(check({ run: () => log.info("x") }), {}).run(), (error) => /does not import `log`/.test(error));
});
