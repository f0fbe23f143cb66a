// The host behind the bindings that are made of wit/.

import { BadParameter, CouldNotLook, Denied, LimitHit, SqlError, Unavailable } from "./errors.js";
import { fromWit, toWit } from "./values.js";

/** The world of a drill, of the interfaces that the component imports. */
export class Host {
  #interfaces;

  constructor(interfaces) {
    this.#interfaces = interfaces;
  }

  #get(name) {
    const found = this.#interfaces[name];
    if (!found) throw new CouldNotLook(`this check does not import \`${name}\`: add it to \`interfaces\` in its check.toml`);
    return found;
  }

  settings() {
    return this.#interfaces.settings?.get() ?? "{}";
  }

  log(level, message) {
    this.#get("log").log(level, message);
  }

  evidence() {
    return this.#get("evidence");
  }

  scalar(sql, params) {
    const asked = this.#get("query");
    return fromWit(told(() => asked.scalar(sql, params.map(toWit))), "the answer");
  }

  open(sql, params, most) {
    const asked = this.#get("query");
    const cursor = told(() => asked.open(sql, params.map(toWit)));
    const columns = cursor.columns().map((column) => column.name);
    return { columns, pages: pages(cursor, columns, most) };
  }

  remaining() {
    const { rowsLeft, bytesLeft, statementsLeft, millisLeft } = this.#get("query").remaining();
    return { rows: rowsLeft, bytes: bytesLeft, statements: statementsLeft, millis: millisLeft };
  }
}

function* pages(cursor, columns, most) {
  try {
    for (;;) {
      const page = told(() => cursor.fetch(most));
      if (page.length === 0) return;
      yield page.map((row) => row.map((value, at) => fromWit(value, `column \`${columns[at]}\``)));
    }
  } finally {
    cursor[Symbol.dispose ?? Symbol.for("dispose")]?.();
  }
}

/** Throws what the boundary says as an error of this module. */
function told(ask) {
  try {
    return ask();
  } catch (error) {
    const { tag, val } = error?.payload ?? {};
    switch (tag) {
      case "sql":
        throw new SqlError(val.sqlstate, val.message, val);
      case "denied":
        throw new Denied(val);
      case "limit":
        throw new LimitHit(val.what, Number(val.allowed));
      case "bad-parameter":
        throw new BadParameter(val);
      case "unavailable":
        throw new Unavailable(val);
      default:
        throw error;
    }
  }
}
