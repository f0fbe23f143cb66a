// Questions to the restored database.

import { QueryError } from "./errors.js";
import { current } from "./world.js";

// Large enough that crossing the boundary costs little, small enough that a page of wide rows stays small.
const PAGE_ROWS = 512;

/** The first column of the first row; null where there is no row. */
export function scalar(sql, params = []) {
  return current().scalar(sql, params);
}

/** All rows as objects with a key for each column; pages are fetched as they are asked for. */
export function* query(sql, params = []) {
  const { columns, pages } = current().open(sql, params, PAGE_ROWS);
  const twice = columns.find((name, at) => columns.indexOf(name) !== at);
  if (twice !== undefined) throw new QueryError(`the answer has two columns \`${twice}\`: name them apart with AS`);
  for (const page of pages) {
    for (const values of page) yield Object.fromEntries(columns.map((name, at) => [name, values[at]]));
  }
}

/** The one row of a question, for example of sums; no row and more than one are errors. */
export function queryOne(sql, params = []) {
  const rows = [...query(sql, params)];
  if (rows.length !== 1) throw new QueryError(`the database answered with ${rows.length} rows instead of one`);
  return rows[0];
}

/** What is left of the grant: a check can stop before a limit stops it. */
export function remaining() {
  return current().remaining();
}
