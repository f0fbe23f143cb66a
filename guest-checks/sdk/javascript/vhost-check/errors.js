/** What kept a check from looking; the drill is INCONCLUSIVE, never PASS. Its text may quote what the database said. */
export class CouldNotLook extends Error {
  get name() {
    return this.constructor.name;
  }
}

/** A question that has no answer. */
export class QueryError extends CouldNotLook {}

/** The database refused or failed the statement. */
export class SqlError extends QueryError {
  constructor(sqlstate, message, facts = {}) {
    super(`${message} (SQLSTATE ${sqlstate})`);
    this.sqlstate = sqlstate;
    this.severity = facts.severity ?? "ERROR";
    for (const fact of ["detail", "hint", "position", "constraint", "table"]) this[fact] = facts[fact] ?? null;
  }

  /** SQLSTATE 42P01: the restored database has no such relation. One without a grant is 42501. */
  get isMissingRelation() {
    return this.sqlstate === "42P01";
  }

  /** SQLSTATE 42703. */
  get isMissingColumn() {
    return this.sqlstate === "42703";
  }
}

/** A statement or an object outside the grant; says which grant is missing. */
export class Denied extends QueryError {}

/** A budget of the grant ran out: `what` is its name, for example `rows`, and `allowed` what it was. */
export class LimitHit extends QueryError {
  constructor(what, allowed) {
    super(`the grant's limit of ${allowed} (${what}) is reached`);
    this.what = what;
    this.allowed = allowed;
  }
}

/** Number or type of the parameters; found before anything was sent. */
export class BadParameter extends QueryError {}

/** The restored database is gone; asking again is of no use. */
export class Unavailable extends QueryError {}

/** A value that JavaScript cannot hold, or another one than the check wants. Says which, and never the value. */
export class WrongType extends QueryError {}
