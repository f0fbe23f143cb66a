// Write a vhost check in JavaScript or TypeScript so that it reads like what it asserts; index.d.ts documents it.

import { query, queryOne, remaining, scalar } from "./asking.js";
import { BadParameter, CouldNotLook, Denied, LimitHit, QueryError, SqlError, Unavailable, WrongType } from "./errors.js";
import { Findings } from "./findings.js";
import { Host } from "./host.js";
import { Ident, NotAName, Relation, Subject } from "./names.js";
import { readSettings, setting } from "./settings.js";
import { Interval, Moment, Numeric, Other, param, toWit } from "./values.js";
import { current, enter } from "./world.js";

export { query, queryOne, remaining, scalar, setting, param, Findings };
export { Ident, NotAName, Relation, Subject, Interval, Moment, Numeric, Other };
export { BadParameter, CouldNotLook, Denied, LimitHit, QueryError, SqlError, Unavailable, WrongType };

/** Notes for the person who reads the report. */
export const log = Object.fromEntries(
  ["debug", "info", "warn", "error"].map((level) => [level, (message) => current().log(level, String(message))]),
);

// Asked for at a time: what one call gives at most.
const PORTION = 1_000;

/** What the host recorded of this drill. */
export const evidence = new Proxy(
  {},
  { get: (_, name) => (name === "allObjects" ? allObjects : (...given) => current().evidence()[name](...given)) },
);

function allObjects(of = "dump") {
  const asked = current().evidence();
  const first = asked.objects(of, 0, PORTION);
  if (first === null) return null;
  return (function* () {
    let read = 0;
    for (let portion = first; portion.length > 0; portion = asked.objects(of, read, PORTION) ?? []) {
      yield* portion;
      read += portion.length;
    }
  })();
}

/** Makes what a check's module exports as its default. */
export function check({ settings = {}, run }) {
  if (typeof run !== "function") throw new TypeError("a check has a function run(settings, findings)");
  return Object.freeze({
    look() {
      const findings = new Findings();
      run(readSettings(settings, current().settings()), findings);
      return findings;
    },
  });
}

/** What a component exports as `checker`; its entry calls this with the interfaces that it imports. */
export function component(exported, interfaces) {
  return {
    run() {
      enter(new Host(interfaces));
      try {
        return report(exported.look());
      } catch (error) {
        // A string is the `err` of the boundary. A trap would say nothing; this says where to look, to those who may
        // see values.
        throw error instanceof CouldNotLook ? error.message : `${error}\n${error?.stack ?? ""}`;
      }
    },
  };
}

function report({ findings, metrics }) {
  const shown = (value) => (value === undefined ? null : toWit(value));
  return {
    findings: findings.map((one) => ({ ...one, expected: shown(one.expected), actual: shown(one.actual) })),
    metrics,
  };
}
