// Names in SQL. Values never become SQL text: they are parameters.

import { sha256 } from "./sha256.js";

// Postgres cuts longer names silently (NAMEDATALEN - 1).
const LONGEST_NAME = 63;

/** A name that Postgres cannot have, or not the form `schema.relation`. */
export class NotAName extends Error {
  constructor(text, why) {
    super(`\`${text}\` is no name: ${why}`);
    this.name = "NotAName";
  }
}

/** One name as the catalogue has it. It displays quoted, ready to be put into SQL. */
export class Ident {
  constructor(name) {
    if (name === "") throw new NotAName(name, "it is empty");
    if (utf8(name).length > LONGEST_NAME) throw new NotAName(name, `it is longer than ${LONGEST_NAME} bytes`);
    if (name.includes("\0")) throw new NotAName(name, "it holds a zero byte");
    this.name = name;
    Object.freeze(this);
  }

  toString() {
    return `"${this.name.replaceAll('"', '""')}"`;
  }
}

/** A table, view or materialized view by schema and name. It displays quoted, ready to be put into SQL. */
export class Relation {
  constructor(schema, name) {
    this.schema = schema;
    this.name = name;
    Object.freeze(this);
  }

  /**
   * Reads `schema.relation`, each part as the catalogue has it (no quotes). The first dot parts them, so a relation's
   * name may hold dots and a schema's may not.
   */
  static parse(text) {
    const dot = text.indexOf(".");
    if (dot < 0) throw new NotAName(text, "write `schema.relation`");
    return new Relation(new Ident(text.slice(0, dot)), new Ident(text.slice(dot + 1)));
  }

  /** `schema.relation`, as a finding's subject has it. */
  get plain() {
    return `${this.schema.name}.${this.name.name}`;
  }

  toString() {
    return `${this.schema}.${this.name}`;
  }

  column(column) {
    return new Subject(`${this.plain}.${column.name}`);
  }

  /** One of its rows; see `Subject.at`. */
  at(key) {
    return new Subject(this.plain).at(key);
  }
}

/** The object of the database that a finding is about; never a row value. */
export class Subject {
  constructor(text) {
    this.text = text;
    Object.freeze(this);
  }

  /**
   * Says which row of it by a digest of its key: columns and their values. The digest is the same as that of checks in
   * other languages for strings, integers, booleans and null.
   */
  at(key) {
    const bytes = [];
    // By UTF-8 bytes, as the other languages sort; a column's name is hardly ever anything but ASCII.
    for (const column of Object.keys(key).sort()) {
      for (const part of [column, canonical(key[column])]) {
        const data = utf8(part);
        // The length in front keeps two parts from being read as one.
        const length = [0, 8, 16, 24].map((shift) => (data.length >>> shift) & 255);
        bytes.push(...length, 0, 0, 0, 0, ...data);
      }
    }
    return new Subject(`${this.text} key:${sha256(bytes).slice(0, 16)}`);
  }
}

/** One text for each value, unlike for unlike values. */
function canonical(value) {
  if (value === null) return "null";
  if (typeof value === "boolean") return `bool:${value}`;
  if (typeof value === "bigint" || Number.isInteger(value)) return `int:${value}`;
  return `text:${value}`;
}

/** The bytes of a text; the interpreter in a component has no TextEncoder. */
function utf8(text) {
  const bytes = [];
  for (const character of text) {
    const code = character.codePointAt(0);
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
  }
  return bytes;
}
