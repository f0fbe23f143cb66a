/**
 * Write a vhost check in JavaScript or TypeScript so that it reads like what it asserts.
 *
 * A check is its settings, which are read from the plan's table `[checks.<name>]`, and one function that looks. What it
 * sees are findings; whatever keeps it from looking is thrown.
 *
 * ```js
 * import { check, scalar, setting } from "./vhost-check/index.js";
 *
 * export default check({
 *   settings: { child: setting.relation, column: setting.ident, parent: setting.relation, key: setting.ident },
 *   run({ child, column, parent, key }, findings) {
 *     findings.about(child, () => {
 *       const orphans = scalar(
 *         `SELECT count(*) FROM ${child} c WHERE c.${column} IS NOT NULL
 *            AND NOT EXISTS (SELECT FROM ${parent} p WHERE p.${key} = c.${column})`,
 *       );
 *       findings.expectNone("no-orphans", child, orphans);
 *     });
 *   },
 * });
 * ```
 *
 * Names display quoted, ready to be put into SQL. Values go into a statement as parameters, `$1` and so on, never as
 * text. `vhost-check/testing.js` runs a check without a database and without WebAssembly. Nothing here is async: the
 * host answers before a call returns.
 *
 * | column | JavaScript | as a parameter |
 * |---|---|---|
 * | `boolean` | boolean | boolean |
 * | `smallint`, `integer`, `oid` | number | number, BigInt |
 * | `bigint` | number; beyond 2^53 an error, so that nothing is rounded: select `id::text`, and make it a BigInt | number; BigInt is exact |
 * | `real`, `double precision` | number | number with a fraction, `param.float(2)` |
 * | `numeric` | `Numeric` | `Numeric`, whole numbers |
 * | text, names, enums | string | string |
 * | `bytea` | Uint8Array | Uint8Array |
 * | `json`, `jsonb` | what `JSON.parse` gives | an object, `param.json(value)` |
 * | `uuid` | string | `param.uuid(text)` |
 * | `date`, `timestamp` | `Moment` | `Moment` |
 * | `timestamp with time zone` | `Moment` | `Moment`, Date |
 * | `interval` | `Interval` | `Interval` |
 * | arrays, every other type | `Other`, Postgres' own text | `Other` |
 * | null | null | null |
 *
 * @module
 */

/** One name as the catalogue has it. It displays quoted, ready to be put into SQL. */
export class Ident {
  /** @throws NotAName */
  constructor(name: string);
  /** Without quotes. */
  readonly name: string;
  toString(): string;
}

/** A table, view or materialized view by schema and name. It displays quoted, ready to be put into SQL. */
export class Relation {
  constructor(schema: Ident, name: Ident);
  /**
   * Reads `schema.relation`, each part as the catalogue has it (no quotes). The first dot parts them.
   * @throws NotAName
   */
  static parse(text: string): Relation;
  readonly schema: Ident;
  readonly name: Ident;
  /** `schema.relation`, as a finding's subject has it. */
  readonly plain: string;
  toString(): string;
  column(column: Ident): Subject;
  /** One of its rows; see `Subject.at`. */
  at(key: Record<string, Value>): Subject;
}

/** The object of the database that a finding is about; never a row value. */
export class Subject {
  constructor(text: string);
  readonly text: string;
  /** Says which row of it by a digest of its key: columns and their values. */
  at(key: Record<string, Value>): Subject;
}

/** A name that Postgres cannot have, or not the form `schema.relation`. */
export class NotAName extends Error {}

/** A decimal number of any length, as the database writes it. */
export class Numeric {
  constructor(text: string | number | bigint);
  readonly text: string;
  toString(): string;
  /** Rounded to the nearest number. */
  toNumber(): number;
  /** Less than zero, zero, or more than zero, as this is less than, equal to, or more than `other`, exactly. */
  compare(other: Numeric | number | bigint): number;
}

/** `infinity`, `-infinity`, or year, month, day, hour, minute, second and microsecond; the year 0 is 1 BC. */
export type Instant = "infinity" | "-infinity" | readonly [number, number, number, number, number, number, number];

/** A `date`, `timestamp` or `timestamptz` (in UTC), with microseconds. */
export class Moment {
  constructor(kind: "date" | "timestamp" | "timestamptz", at: Instant);
  /** Of a `Date`: a timestamptz. */
  static of(date: Date): Moment;
  static date(year: number, month: number, day: number): Moment;
  readonly kind: "date" | "timestamp" | "timestamptz";
  readonly at: Instant;
  /** Microseconds since 1970-01-01 UTC, exact for the years 1685 to 2255, and infinite at both ends; for `<` and `-`. */
  valueOf(): number;
  /** To the millisecond. */
  toDate(): Date;
  /** RFC 3339, but for infinities and years of other than four digits. */
  toString(): string;
}

/** An interval; Postgres keeps the three parts apart, because a month has no fixed length. */
export class Interval {
  constructor(months: number, days: number, micros: number);
  readonly months: number;
  readonly days: number;
  readonly micros: number;
}

/** Postgres' own text of a type without a word here, such as `new Other("integer[]", "{1,2}")`. */
export class Other {
  constructor(typeName: string, text: string);
  readonly typeName: string;
  readonly text: string;
  toString(): string;
}

declare const typed: unique symbol;
/** A parameter with its type. */
export interface Typed {
  readonly [typed]: true;
}

/** Parameters whose type JavaScript's own values do not say. */
export const param: {
  /** For real and double precision; a whole number would be an integer. */
  float(number: number): Typed;
  uuid(text: string): Typed;
  /** For json and jsonb, of anything that `JSON.stringify` takes; an object needs no word. */
  json(value: unknown): Typed;
};

/** A parameter, or a finding's value. */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Date
  | Numeric
  | Moment
  | Interval
  | Other
  | Typed
  | { readonly [key: string]: unknown };

/**
 * The first column of the first row; null where there is no row.
 * @throws QueryError
 */
export function scalar<T = any>(sql: string, params?: readonly Value[]): T;

/**
 * All rows as objects with a key for each column; pages are fetched as they are asked for.
 * @throws QueryError
 */
export function query<T = Record<string, any>>(sql: string, params?: readonly Value[]): Generator<T, void, void>;

/**
 * The one row of a question, for example of sums; no row and more than one are errors.
 * @throws QueryError
 */
export function queryOne<T = Record<string, any>>(sql: string, params?: readonly Value[]): T;

/** What is left of the grant. */
export interface Budget {
  readonly rows: number;
  readonly bytes: number;
  readonly statements: number;
  readonly millis: number;
}

/** What is left of the grant: a check can stop before a limit stops it. */
export function remaining(): Budget;

/** What kept a check from looking; the drill is INCONCLUSIVE, never PASS. Its text may quote what the database said. */
export class CouldNotLook extends Error {}
/** A question that has no answer. */
export class QueryError extends CouldNotLook {}
/** The database refused or failed the statement. */
export class SqlError extends QueryError {
  constructor(sqlstate: string, message: string, facts?: Record<string, unknown>);
  readonly sqlstate: string;
  readonly severity: string;
  readonly detail: string | null;
  readonly hint: string | null;
  readonly position: number | null;
  readonly constraint: string | null;
  readonly table: string | null;
  /** SQLSTATE 42P01: the restored database has no such relation. One without a grant is 42501. */
  readonly isMissingRelation: boolean;
  /** SQLSTATE 42703. */
  readonly isMissingColumn: boolean;
}
/** A statement or an object outside the grant; says which grant is missing. */
export class Denied extends QueryError {}
/** A budget of the grant ran out: `what` is its name, for example `rows`, and `allowed` what it was. */
export class LimitHit extends QueryError {
  constructor(what: string, allowed: number);
  readonly what: string;
  readonly allowed: number;
}
/** Number or type of the parameters; found before anything was sent. */
export class BadParameter extends QueryError {}
/** The restored database is gone; asking again is of no use. */
export class Unavailable extends QueryError {}
/** A value that JavaScript cannot hold, or another one than the check wants. Says which, and never the value. */
export class WrongType extends QueryError {}

/** What a finding is about; null is all that the check looked at. */
export type About = Relation | Subject | null;

/** One thing seen. Without the grant `report = "values"`, only counts and booleans of it reach the report. */
export interface Finding {
  readonly rule: string;
  readonly status: "pass" | "fail" | "could-not-look";
  readonly subject: string | null;
  readonly expected: Value | undefined;
  readonly actual: Value | undefined;
}

/** Collects what a check saw. `rule` is a stable kebab-case name of what is asserted. */
export class Findings {
  readonly findings: Finding[];
  readonly metrics: [string, number][];
  /** Passes where `actual` is `expected`, and fails otherwise. */
  expectEq(rule: string, about: About, expected: Value, actual: Value): void;
  /** Passes where `actual` is true. */
  expect(rule: string, about: About, actual: boolean): void;
  /** Passes where nothing was counted. */
  expectNone(rule: string, about: About, count: number): void;
  /** Passes where `actual` is `least` or more. Null is neither. */
  expectAtLeast(rule: string, about: About, least: Value, actual: Value): void;
  /** Passes where `actual` is `most` or less. Null is neither. */
  expectAtMost(rule: string, about: About, most: Value, actual: Value): void;
  /** Passes where `actual` is one of the bounds or between them; the bound that is broken is what was expected. */
  expectBetween(rule: string, about: About, least: Value, most: Value, actual: Value): void;
  /** Says that this could not be looked at: the check does not pass. */
  couldNotLook(rule: string, about: About): void;
  /** A number worth keeping, by a kebab-case name. */
  metric(name: string, value: number): void;
  /**
   * Looks at one relation. That the relation, or a column which is asked for, is not in the restored database is a
   * finding that fails (rules `relation-exists` and `columns-exist`): the backup does not hold it. Every other error,
   * permission denied among them, is a check that could not look.
   */
  about(relation: Relation, look: (findings: Findings) => void): void;
  /** Keeps what was seen where a limit of the grant ends the look; a finding `within-limits` says that it did. */
  withinLimits(about: About, look: (findings: Findings) => void): void;
}

/** What one key of the plan's table is read as. */
export interface Setting<T> {
  read(given: unknown, place: string): T;
}

/** What settings come to. */
export type Settings<S extends Record<string, Setting<unknown>>> = {
  readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never;
};

/** What a check's settings are, one word for each key. A key of the plan that nothing reads is an error. */
export const setting: {
  readonly boolean: Setting<boolean>;
  readonly integer: Setting<number>;
  readonly number: Setting<number>;
  readonly text: Setting<string>;
  readonly ident: Setting<Ident>;
  readonly relation: Setting<Relation>;
  oneOf<W extends string>(...words: W[]): Setting<W>;
  list<T>(of: Setting<T>): Setting<T[]>;
  /** Keys that only the plan knows, each with one kind of value. */
  tableOf<T>(of: Setting<T>): Setting<Map<string, T>>;
  /** Keys that are known. */
  table<S extends Record<string, Setting<unknown>>>(fields: S): Setting<Settings<S>>;
  /** May be left out; it is then `instead`. */
  optional<T>(of: Setting<T>): Setting<T | null>;
  optional<T>(of: Setting<T>, instead: T): Setting<T>;
};

/** A check. */
export interface Check {
  look(): Findings;
}

/** Makes what a check's module exports as its default. An error that `run` throws is a check that could not look. */
export function check<S extends Record<string, Setting<unknown>> = {}>(of: {
  settings?: S;
  run(settings: Settings<S>, findings: Findings): void;
}): Check;

/**
 * Notes for the person who reads the report. They are bounded by the grant, and their text reaches the report under the
 * grant `report = "values"` alone. A check that writes some has `log` among the `interfaces` of its check.toml.
 */
export const log: Record<"debug" | "info" | "warn" | "error", (message: string) => void>;

/**
 * What the host recorded of this drill: the functions of wit/evidence.wit in camel case, `evidence.relations()`,
 * `evidence.getDump().serverVersion`, and `evidence.allObjects("dump")` for every object of a manifest. A check that
 * asks has `evidence` among the `interfaces` of its check.toml.
 */
export const evidence: { readonly [name: string]: (...given: any[]) => any };

/** What a component exports as `checker`; its entry calls this with the interfaces that it imports. */
export function component(exported: Check, interfaces: Record<string, unknown>): { run(): unknown };
