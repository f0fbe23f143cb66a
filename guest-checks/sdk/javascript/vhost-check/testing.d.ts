/**
 * A scripted world to run a check in, so that its logic has ordinary unit tests: no database, no WebAssembly.
 *
 * ```js
 * const plan = () => new World().settings({ relation: "shop.orders", column: "placed" });
 *
 * run(check, plan().answer('"placed" IS NULL', 0)).passes();
 * run(check, plan().answer('"placed" IS NULL', 3)).fails("no-gaps");
 * run(check, plan().missing("shop.orders")).fails("relation-exists");
 * run(check, plan().denied("shop.orders")).couldNotLook("permission denied");
 * ```
 *
 * @module
 */

import type { Budget, Check, Finding, QueryError, Value } from "./index.js";

/** Rows for an answer, each with a value for every column; `then` comes when they have ended. */
export class Rows {
  constructor(columns: string[], rows?: unknown[][], then?: QueryError);
}

/**
 * What a test says of the plan, the database and the host. A statement that nothing answers ends the test: a check must
 * not pass on what nobody thought of.
 */
export class World {
  /** The plan's table `[checks.<name>]`. */
  settings(settings: Record<string, unknown>): this;
  /**
   * Answers every statement that holds this SQL, whitespace being one space: with a value, as `SELECT count(*)` gives
   * it, with `Rows`, or with an error. Where several answers fit, the first one does.
   */
  answer(sql: string, answer: unknown): this;
  /** Answers every statement that holds this SQL and has these parameters. */
  answerTo(sql: string, params: readonly Value[], answer: unknown): this;
  /** The restored database does not have this relation. */
  missing(relation: string): this;
  /** The relation does not have this column. */
  missingColumn(relation: string, column: string): this;
  /** The grant does not open this relation. */
  denied(relation: string): this;
  /** A limit of the grant ends every statement that holds this SQL. */
  limited(sql: string, what: string, allowed: number): this;
  /** What `remaining` says, however much is asked. */
  budget(left: Budget): this;
  /** What each function of `evidence` gives, by its name: `{ relations: [...] }`. */
  evidence(facts: Record<string, unknown>): this;
}

/** What came of a check in a world. The assertions end the test with all that the check said. */
export class Seen {
  readonly findings: Finding[];
  readonly metrics: [string, number][];
  readonly reason: string | null;
  readonly asked: { sql: string; params: Value[] }[];
  readonly log: [string, string][];
  /** Rule and subject of every finding that fails; an empty subject is the check as a whole. */
  readonly failed: [string, string][];
  /** What the host makes of it: the worst finding wins, and a check without one could not look. */
  readonly status: "pass" | "fail" | "could-not-look";
  /** Asserts that there is a finding, and that all pass. */
  passes(): this;
  /** Asserts that a finding of this rule fails, and gives the first one. */
  fails(rule: string): Finding;
  /** Asserts that the check could not look, nothing failed, and the reason, or a rule, has this text in it. */
  couldNotLook(why: string): this;
}

/** Runs a check in a world, as the host would: its settings are read, its findings held to the contract. */
export function run(check: Check, world: World): Seen;
