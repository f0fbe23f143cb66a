import assert from "node:assert/strict";
import { test } from "node:test";
import { Rows, run, World } from "../sdk/javascript/vhost-check/testing.js";
import check, { MOST_NAMED } from "./check.js";

type Series = [series: string | null, least: string, greatest: string, rows: number, numbers: number];

const plan = (more = {}) => new World().settings({ relation: "sales.invoice", number: "number", ...more });
const invoices = (series: Series[], more = {}) =>
  plan(more).answer('min("number")', new Rows(["series", "least", "greatest", "rows", "numbers"], series));

test("passes where no number is missing", () => {
  const seen = run(check, invoices([[null, "5", "9", 5, 5]])).passes();
  assert.deepEqual(seen.metrics, [["series", 1]]);
});

test("counts the numbers that are missing", () => {
  const branches: Series[] = [["a", "1", "10", 8, 8], ["b", "1", "3", 3, 3]];
  const seen = run(check, invoices(branches, { series: "branch" }));
  assert.equal(seen.fails("no-gaps").actual, 2n);
  const subject = seen.fails("series-whole").subject;
  assert.match(subject ?? "", /^sales\.invoice key:[0-9a-f]{16}$/);
  assert.deepEqual(seen.failed.length, 2);
});

test("counts what is missing before the first", () => {
  const seen = run(check, invoices([[null, "3", "5", 3, 3]], { first: 1 }));
  assert.equal(seen.fails("no-gaps").actual, 2n);
  run(check, invoices([[null, "1", "3", 3, 3]], { first: 2 })).fails("starts-at-first");
});

test("sees a number that is there twice", () => {
  const seen = run(check, invoices([[null, "1", "3", 4, 3]]));
  assert.equal(seen.fails("no-number-twice").actual, 1);
});

test("is exact beyond 2^53", () => {
  const least = 2n ** 62n;
  run(check, invoices([[null, String(least), String(least + 2n), 3, 3]])).passes();
  const seen = run(check, invoices([[null, String(least), String(least + 3n), 3, 3]]));
  assert.equal(seen.fails("no-gaps").actual, 1n);
});

test("names a few of many", () => {
  const many = Array.from({ length: 100 }, (_, n): Series => [String(n), "1", "2", 1, 1]);
  const seen = run(check, invoices(many, { series: "branch" }));
  assert.equal(seen.failed.filter(([rule]) => rule === "series-whole").length, MOST_NAMED);
});

test("tells what is lost from what is forbidden", () => {
  run(check, invoices([])).fails("has-rows");
  run(check, plan().missing("sales.invoice")).fails("relation-exists");
  run(check, plan().missingColumn("sales.invoice", "number")).fails("columns-exist");
  run(check, plan().denied("sales.invoice")).couldNotLook("permission denied");
  run(check, plan({ numbr: "x" })).couldNotLook("nothing reads `numbr`");
});
