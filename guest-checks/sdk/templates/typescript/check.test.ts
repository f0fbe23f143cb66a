// What the check makes of a database's answers. No database is needed: these are scripted.

import { test } from "node:test";
import check, { RULES } from "./check.js";
import { run, World } from "./vhost-check/testing.js";

const plan = () => new World().settings({ orders: "shop.orders" });

test("passes where no order breaks a rule", () => {
  run(check, plan().answer("WHERE", 0).answer("count(*)", 3)).passes();
});

test("fails where orders break a rule", () => {
  for (const [rule, broken] of Object.entries(RULES)) {
    // The first answer that fits is given.
    run(check, plan().answer(broken, 2).answer("WHERE", 0).answer("count(*)", 3)).fails(rule);
  }
});

test("fails without any order", () => {
  run(check, plan().answer("count(*)", 0)).fails("has-rows");
});

test("fails where the backup lost the relation", () => {
  run(check, plan().missing("shop.orders")).fails("relation-exists");
});

test("cannot look at what the grant does not open", () => {
  run(check, plan().denied("shop.orders")).couldNotLook("permission denied");
});
