// A scripted world to run a check in, so that its logic has ordinary unit tests: no database, no WebAssembly.

import { CouldNotLook, Denied, LimitHit, QueryError, SqlError } from "./errors.js";
import { Ident, Relation } from "./names.js";
import { equal, toWit } from "./values.js";
import { enter } from "./world.js";

const NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/;

const spaced = (sql) => sql.trim().split(/\s+/).join(" ");

/** A test that asked what nobody thought of. */
class NoAnswer extends Error {}

/** Rows for an answer, each with a value for every column; `then` comes when they have ended. */
export class Rows {
  constructor(columns, rows = [], then = null) {
    Object.assign(this, { columns, rows, then });
  }
}

/** What a test says of the plan, the database and the host. */
export class World {
  #settings = "{}";
  #scripts = [];
  #left = { rows: 1_000_000, bytes: 2 ** 30, statements: 1_000, millis: 60_000 };
  #evidence = {};

  settings(settings) {
    this.#settings = JSON.stringify(settings);
    return this;
  }

  answer(sql, answer) {
    return this.#script([sql], null, answer);
  }

  answerTo(sql, params, answer) {
    return this.#script([sql], params, answer);
  }

  missing(relation) {
    return this.answer(String(Relation.parse(relation)), new SqlError("42P01", "relation does not exist"));
  }

  missingColumn(relation, column) {
    const parts = [String(Relation.parse(relation)), String(new Ident(column))];
    return this.#script(parts, null, new SqlError("42703", "column does not exist"));
  }

  denied(relation) {
    const name = Relation.parse(relation);
    return this.answer(String(name), new Denied(`permission denied for table ${name.name.name}`));
  }

  limited(sql, what, allowed) {
    return this.answer(sql, new LimitHit(what, allowed));
  }

  budget(left) {
    this.#left = left;
    return this;
  }

  evidence(facts) {
    Object.assign(this.#evidence, facts);
    return this;
  }

  #script(parts, params, answer) {
    this.#scripts.push({ parts: parts.map(spaced), params, answer });
    return this;
  }

  #answerFor(sql, params) {
    const found = this.#scripts.find((script) => {
      const same = script.params === null || equal(script.params.map(toWit), params.map(toWit));
      return same && script.parts.every((part) => spaced(sql).includes(part));
    });
    if (!found) throw new NoAnswer(`the world of this test has no answer for\n  ${spaced(sql)}\n  ${params}`);
    return found.answer;
  }

  /** Stands where the host stands in a drill. */
  host(asked, written) {
    const open = (sql, params, most) => {
      params.forEach(toWit);
      asked.push({ sql, params });
      const answer = this.#answerFor(sql, params);
      if (answer instanceof QueryError) throw answer;
      const rows = answer instanceof Rows ? answer : new Rows(["value"], [[answer]]);
      return { columns: rows.columns, pages: pages(rows, most) };
    };
    return {
      open,
      settings: () => this.#settings,
      log: (level, message) => written.push([level, message]),
      remaining: () => this.#left,
      evidence: () => facts(this.#evidence),
      scalar: (sql, params) => open(sql, params, 1).pages.next().value?.[0][0] ?? null,
    };
  }
}

function* pages({ columns, rows, then }, most) {
  for (const row of rows) {
    if (row.length !== columns.length) throw new TypeError("a row of the answer has not one value a column");
  }
  for (let at = 0; at < rows.length; at += most) yield rows.slice(at, at + most);
  if (then) throw then;
}

function facts(given) {
  const all = Object.entries(given).map(([name, fact]) => [name, () => fact]);
  const objects = given.objects && { objects: (_, after, most) => given.objects.slice(after, after + most) };
  return { ...Object.fromEntries(all), ...objects };
}

/** What came of a check in a world. The assertions end the test with all that the check said. */
export class Seen {
  constructor(findings, reason, asked, log) {
    Object.assign(this, { findings: findings?.findings ?? [], metrics: findings?.metrics ?? [], reason, asked, log });
  }

  get failed() {
    return this.findings.filter(({ status }) => status === "fail").map(({ rule, subject }) => [rule, subject ?? ""]);
  }

  get status() {
    const seen = new Set(this.findings.map(({ status }) => status));
    if (seen.has("fail")) return "fail";
    return seen.has("could-not-look") || seen.size === 0 ? "could-not-look" : "pass";
  }

  passes() {
    return this.#assert(this.status === "pass", "it does not pass");
  }

  fails(rule) {
    const found = this.findings.find((finding) => finding.rule === rule && finding.status === "fail");
    this.#assert(found !== undefined, `no finding of the rule ${rule} fails`);
    return found;
  }

  couldNotLook(why) {
    this.#assert(this.status === "could-not-look", "it could look");
    const unseen = this.findings.filter(({ status }) => status === "could-not-look").map(({ rule }) => rule);
    const told = [this.reason ?? "", ...unseen].some((text) => text.includes(why));
    return this.#assert(told, `\`${why}\` is not why`);
  }

  #assert(holds, otherwise) {
    if (holds) return this;
    const shown = (one) => JSON.stringify(one, (_, value) => (typeof value === "bigint" ? `${value}n` : value));
    const lines = [otherwise, this.reason ?? "", ...this.findings.map(shown), ...this.asked.map(shown), ...this.log.map(shown)];
    throw new Error(lines.join("\n  "));
  }
}

/** Runs a check in a world, as the host would: its settings are read, its findings held to the contract. */
export function run(check, world) {
  const [asked, written] = [[], []];
  const before = enter(world.host(asked, written));
  try {
    const findings = check.look();
    holdToTheContract(findings);
    return new Seen(findings, null, asked, written);
  } catch (error) {
    // Anything but CouldNotLook is no answer of a check: the test is to show it.
    if (!(error instanceof CouldNotLook)) throw error;
    return new Seen(null, error.message, asked, written);
  } finally {
    enter(before);
  }
}

/** The host refuses a report that breaks the contract in wit/checker.wit, and so does a test. */
function holdToTheContract({ findings, metrics }) {
  for (const name of [...findings.map(({ rule }) => rule), ...metrics.map(([name]) => name)]) {
    if (name.length > 64 || !NAME.test(name)) {
      throw new CouldNotLook(`the name \`${name}\` is not kebab-case of at most 64 characters`);
    }
  }
  for (const [name, value] of metrics) {
    if (!Number.isFinite(value)) throw new CouldNotLook(`the metric ${name} is not a finite number`);
  }
  for (const { expected, actual } of findings) {
    for (const value of [expected, actual]) if (value !== undefined) toWit(value);
  }
}
