// What a check saw.

import { CouldNotLook, LimitHit, QueryError, SqlError } from "./errors.js";
import { Relation, Subject } from "./names.js";
import { equal, order } from "./values.js";

/** Collects what a check saw. `rule` is a stable kebab-case name of what is asserted. */
export class Findings {
  findings = [];
  metrics = [];

  /** Passes where `actual` is `expected`, and fails otherwise. */
  expectEq(rule, about, expected, actual) {
    this.#add(rule, about, equal(expected, actual), expected, actual);
  }

  /** Passes where `actual` is true. */
  expect(rule, about, actual) {
    this.#add(rule, about, actual === true, true, actual);
  }

  /** Passes where nothing was counted. */
  expectNone(rule, about, count) {
    this.expectEq(rule, about, 0, count);
  }

  /** Passes where `actual` is `least` or more. Null is neither. */
  expectAtLeast(rule, about, least, actual) {
    this.#add(rule, about, order(actual, least) >= 0, least, actual);
  }

  /** Passes where `actual` is `most` or less. Null is neither. */
  expectAtMost(rule, about, most, actual) {
    this.#add(rule, about, order(actual, most) <= 0, most, actual);
  }

  /** Passes where `actual` is one of the bounds or between them; the bound that is broken is what was expected. */
  expectBetween(rule, about, least, most, actual) {
    if (order(actual, most) <= 0) this.expectAtLeast(rule, about, least, actual);
    else this.expectAtMost(rule, about, most, actual);
  }

  /** Says that this could not be looked at: the check does not pass. */
  couldNotLook(rule, about) {
    this.#push(rule, "could-not-look", about, undefined, undefined);
  }

  /** A number worth keeping, by a kebab-case name. */
  metric(name, value) {
    this.metrics.push([name, value]);
  }

  /**
   * Looks at one relation. That the relation, or a column which is asked for, is not in the restored database is a
   * finding that fails (rules `relation-exists` and `columns-exist`): the backup does not hold it. Every other error,
   * permission denied among them, is a check that could not look.
   */
  about(relation, look) {
    try {
      look(this);
    } catch (error) {
      if (error instanceof SqlError && error.isMissingRelation) this.expect("relation-exists", relation, false);
      else if (error instanceof SqlError && error.isMissingColumn) this.expect("columns-exist", relation, false);
      // `withinLimits` around this one is to see which limit it was.
      else if (error instanceof QueryError && !(error instanceof LimitHit)) {
        throw new CouldNotLook(`${relation.plain}: ${error.message}`, { cause: error });
      } else throw error;
    }
  }

  /** Keeps what was seen where a limit of the grant ends the look; a finding `within-limits` says that it did. */
  withinLimits(about, look) {
    try {
      look(this);
    } catch (error) {
      if (!(error instanceof LimitHit)) throw error;
      this.#push("within-limits", "could-not-look", about, error.allowed, undefined);
    }
  }

  #add(rule, about, holds, expected, actual) {
    this.#push(rule, holds ? "pass" : "fail", about, expected, actual);
  }

  #push(rule, status, about, expected, actual) {
    this.findings.push({ rule, status, subject: text(about), expected, actual });
  }
}

function text(about) {
  if (about === null) return null;
  if (about instanceof Relation) return about.plain;
  if (about instanceof Subject) return about.text;
  throw new TypeError("a finding is about a Relation, a Subject or null");
}
