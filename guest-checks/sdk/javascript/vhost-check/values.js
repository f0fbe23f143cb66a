// Values of the database and of JavaScript; vhost-check/index.d.ts has the table.

import { WrongType } from "./errors.js";

const [LEAST, GREATEST] = [-(2n ** 63n), 2n ** 63n - 1n];

/** A decimal number of any length, as the database writes it. */
export class Numeric {
  constructor(text) {
    this.text = String(text);
    if (!/^([+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|NaN|-?Infinity)$/.test(this.text)) {
      throw new TypeError("a Numeric is a decimal number");
    }
    Object.freeze(this);
  }

  toString() {
    return this.text;
  }

  /** Rounded to the nearest number. */
  toNumber() {
    return Number(this.text);
  }

  /** Less than zero, zero, or more than zero, as this is less than, equal to, or more than `other`, exactly. */
  compare(other) {
    const [left, right] = [this, other].map((one) => parts(String(one)));
    if (!left || !right) return compare(Number(this.text), Number(String(other)));
    const scale = Math.max(left.scale, right.scale);
    return compare(left.digits * 10n ** BigInt(scale - left.scale), right.digits * 10n ** BigInt(scale - right.scale));
  }
}

function parts(text) {
  const found = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text);
  if (!found || Math.abs(Number(found[4] ?? 0)) > 100_000) return null;
  const [, sign, whole, after, exponent] = found;
  const digits = BigInt((sign === "-" ? "-" : "") + (whole + after || "0"));
  const scale = after.length - Number(exponent ?? 0);
  return scale < 0 ? { digits: digits * 10n ** BigInt(-scale), scale: 0 } : { digits, scale };
}

/**
 * A `date`, `timestamp` or `timestamptz` (in UTC), with microseconds. `at` is `infinity`, `-infinity`, or year, month,
 * day, hour, minute, second and microsecond, where the year 0 is 1 BC.
 */
export class Moment {
  constructor(kind, at) {
    this.kind = kind;
    this.at = at;
    Object.freeze(this);
  }

  /** Of a `Date`: a timestamptz. */
  static of(date) {
    const at = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate(), date.getUTCHours()];
    at.push(date.getUTCMinutes(), date.getUTCSeconds(), date.getUTCMilliseconds() * 1000);
    if (at.some(Number.isNaN)) throw new TypeError("this Date is no date");
    return new Moment("timestamptz", at);
  }

  /** The calendar's day, as a parameter of type date. */
  static date(year, month, day) {
    return new Moment("date", [year, month, day, 0, 0, 0, 0]);
  }

  /** Microseconds since 1970-01-01 UTC, exact for the years 1685 to 2255, and infinite at both ends; for `<` and `-`. */
  valueOf() {
    if (typeof this.at === "string") return this.at === "infinity" ? Infinity : -Infinity;
    const [year, month, day, hour, minute, second, micros] = this.at;
    const date = new Date(Date.UTC(2000, month - 1, day, hour, minute, second));
    date.setUTCFullYear(year, month - 1, day);
    return date.getTime() * 1000 + micros;
  }

  /** To the millisecond. */
  toDate() {
    return new Date(Math.floor(this.valueOf() / 1000));
  }

  /** RFC 3339, but for infinities and years of other than four digits. */
  toString() {
    if (typeof this.at === "string") return this.at;
    const two = (number) => String(number).padStart(2, "0");
    const [year, month, day, hour, minute, second, micros] = this.at;
    const date = `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}`;
    if (this.kind === "date") return date;
    const fraction = micros ? `.${String(micros).padStart(6, "0").replace(/0+$/, "")}` : "";
    return `${date}T${two(hour)}:${two(minute)}:${two(second)}${fraction}${this.kind === "timestamptz" ? "Z" : ""}`;
  }
}

/** An interval; Postgres keeps the three parts apart, because a month has no fixed length. */
export class Interval {
  constructor(months, days, micros) {
    Object.assign(this, { months, days, micros });
    Object.freeze(this);
  }
}

/** Postgres' own text of a type without a word here, such as `new Other("integer[]", "{1,2}")`. */
export class Other {
  constructor(typeName, text) {
    Object.assign(this, { typeName, text });
    Object.freeze(this);
  }

  toString() {
    return this.text;
  }
}

class Typed {
  constructor(tag, val) {
    this.value = { tag, val };
  }
}

/** Parameters whose type JavaScript's own values do not say. */
export const param = {
  /** For real and double precision; a whole number would be an integer. */
  float: (number) => new Typed("float", Number(number)),
  uuid: (text) => new Typed("uuid", String(text)),
  /** For json and jsonb, of anything that `JSON.stringify` takes; an object needs no word. */
  json: (value) => new Typed("json", JSON.stringify(value)),
};

/** A parameter, or a finding's value, as the boundary has it; `TypeError` for what it has no case for. */
export function toWit(value) {
  switch (typeof value) {
    case "boolean":
      return { tag: "boolean", val: value };
    case "number":
      return number(value);
    case "bigint":
      return integer(value);
    case "string":
      return { tag: "text", val: value };
    case "object":
      return object(value);
    default:
      throw new TypeError(`${typeof value} is no value of the database`);
  }
}

function number(value) {
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw new TypeError("a whole number beyond 2^53 is not exact: pass a BigInt, or param.float()");
  }
  return { tag: Number.isInteger(value) ? "int" : "float", val: value };
}

function integer(value) {
  if (Number.isSafeInteger(Number(value))) return { tag: "int", val: Number(value) };
  // The bindings carry integers as numbers, which would round it; its text is exact.
  const eight = value >= LEAST && value <= GREATEST;
  return eight ? { tag: "other", val: { typeName: "bigint", text: String(value) } } : { tag: "numeric", val: String(value) };
}

function object(value) {
  if (value === null) return { tag: "null" };
  if (value instanceof Typed) return value.value;
  if (value instanceof Numeric) return { tag: "numeric", val: value.text };
  if (value instanceof Uint8Array) return { tag: "bytes", val: value };
  if (value instanceof Date) return object(Moment.of(value));
  if (value instanceof Moment) return { tag: value.kind, val: instant(value.at) };
  if (value instanceof Interval) return { tag: "interval", val: { ...value } };
  if (value instanceof Other) return { tag: "other", val: { ...value } };
  if (Object.getPrototypeOf(value) === Object.prototype) return param.json(value).value;
  throw new TypeError(
    `a ${value.constructor?.name ?? "object"} is no value of the database: pass param.json(...), or new Other("integer[]", "{1,2}") for a type by its name`,
  );
}

function instant(at) {
  if (typeof at === "string") return { tag: at === "infinity" ? "infinity" : "neg-infinity" };
  const [year, month, day, hour, minute, second, micros] = at;
  return { tag: "at", val: { year, month, day, hour, minute, second, micros } };
}

/** What a check gets of a value of the boundary; `what` names it in an error. */
export function fromWit({ tag, val }, what) {
  switch (tag) {
    case "null":
      return null;
    case "int":
      return whole(val, what);
    case "numeric":
      return new Numeric(val);
    case "json":
      return JSON.parse(val);
    case "date":
    case "timestamp":
    case "timestamptz":
      return new Moment(tag, moment(val));
    case "interval":
      return new Interval(val.months, val.days, whole(val.micros, what));
    case "other":
      return new Other(val.typeName, val.text);
    default:
      return val;
  }
}

function moment({ tag, val }) {
  if (tag !== "at") return tag === "infinity" ? "infinity" : "-infinity";
  return [val.year, val.month, val.day, val.hour, val.minute, val.second, val.micros];
}

function whole(value, what) {
  const near = Number(value);
  if (Number.isSafeInteger(near)) return near;
  if (typeof value === "bigint") return value;
  // It is rounded already, and a check must not judge by that.
  throw new WrongType(`${what} holds an integer beyond 2^53, which does not reach JavaScript whole: select it as text, and make it a BigInt`);
}

/** Whether two values are the same to the database. */
export function equal(left, right) {
  const number = (value) => value instanceof Numeric || ["number", "bigint"].includes(typeof value);
  if (number(left) && number(right)) return order(left, right) === 0;
  if (left instanceof Uint8Array && right instanceof Uint8Array) {
    return left.length === right.length && left.every((byte, at) => byte === right[at]);
  }
  if (typeof left !== "object" || left === null) return left === right;
  return right !== null && left.constructor === right?.constructor && JSON.stringify(left) === JSON.stringify(right);
}

/** Less than zero, zero, or more than zero; NaN where the two have no order. */
export function order(left, right) {
  if (left === null || right === null) return NaN;
  if (left instanceof Numeric) return left.compare(right);
  if (right instanceof Numeric) return -right.compare(left);
  return compare(left, right);
}

function compare(left, right) {
  return left < right ? -1 : left > right ? 1 : left >= right ? 0 : NaN;
}
