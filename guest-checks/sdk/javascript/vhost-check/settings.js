// The plan's table `[checks.<name>]`.

import { CouldNotLook } from "./errors.js";
import { Ident, NotAName, Relation } from "./names.js";

/** What is wrong, and where. */
class Unfit extends Error {}

const LEFT_OUT = Symbol("left out");

/** A value that is left out is read by an optional setting alone. */
function reader(wanted, read) {
  return {
    read(given, place) {
      if (given === LEFT_OUT) throw new Unfit(`\`${place}\` is missing; write it in the plan`);
      const value = read(given, place);
      // The value is not told: a plan may hold what a report should not.
      if (value === undefined) throw new Unfit(`\`${place}\` is ${word(given)}; write ${wanted}`);
      return value;
    },
  };
}

const named = (make) => (given, place) => {
  if (typeof given !== "string") return undefined;
  try {
    return make(given);
  } catch (error) {
    if (error instanceof NotAName) throw new Unfit(`\`${place}\`: ${error.message}`);
    throw error;
  }
};

const isTable = (given) => typeof given === "object" && given !== null && !Array.isArray(given);

/** What a check's settings are, one word for each key. */
export const setting = {
  boolean: reader("true or false", (given) => (typeof given === "boolean" ? given : undefined)),
  integer: reader("an integer within 2^53", (given) => (Number.isSafeInteger(given) ? given : undefined)),
  number: reader("a number", (given) => (typeof given === "number" ? given : undefined)),
  text: reader("a string", (given) => (typeof given === "string" ? given : undefined)),
  ident: reader("a name, as a string", named((given) => new Ident(given))),
  relation: reader("`schema.relation`, as a string", named(Relation.parse)),
  oneOf: (...words) => reader(`one of ${words.map((word) => `"${word}"`).join(", ")}`, (given) => (words.includes(given) ? given : undefined)),
  list: (of) =>
    reader("a list", (given, place) =>
      Array.isArray(given) ? given.map((item, at) => of.read(item, `${place}[${at}]`)) : undefined,
    ),
  /** Keys that only the plan knows, each with one kind of value. */
  tableOf: (of) =>
    reader("a table", (given, place) =>
      isTable(given)
        ? new Map(Object.entries(given).map(([key, value]) => [key, of.read(value, `${place}.${key}`)]))
        : undefined,
    ),
  /** Keys that are known. */
  table: (fields) => reader("a table", (given, place) => (isTable(given) ? table(fields, given, place) : undefined)),
  /** May be left out; it is then `instead`. */
  optional: (of, instead = null) => ({
    read: (given, place) => (given === LEFT_OUT ? instead : of.read(given, place)),
  }),
};

function table(fields, given, place) {
  const inner = (key) => (place ? `${place}.${key}` : key);
  const unknown = Object.keys(given).find((key) => !Object.hasOwn(fields, key));
  if (unknown !== undefined) throw new Unfit(`nothing reads \`${inner(unknown)}\`; remove or correct it in the plan`);
  return Object.fromEntries(
    Object.entries(fields).map(([key, of]) => [key, of.read(Object.hasOwn(given, key) ? given[key] : LEFT_OUT, inner(key))]),
  );
}

/** Reads settings from JSON text. A key that nothing reads is an error: a misspelt one would assert nothing. */
export function readSettings(fields, text) {
  try {
    return setting.table(fields).read(JSON.parse(text), "");
  } catch (error) {
    if (error instanceof Unfit) throw new CouldNotLook(`settings: ${error.message}`);
    throw error;
  }
}

function word(given) {
  if (given === null) return "nothing";
  if (Array.isArray(given)) return "a list";
  return { boolean: "a boolean", number: "a number", string: "a string", object: "a table" }[typeof given];
}
