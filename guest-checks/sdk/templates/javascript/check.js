// Holds that no order breaks a rule.
//
//     [checks.{{name}}]
//     orders = "shop.orders"

import { check, scalar, setting } from "./vhost-check/index.js";

// The rules, each with the rows that break it: what stands behind WHERE.
export const RULES = {
  "total-not-negative": "total < 0",
  "paid-has-date": "status = 'paid' AND paid_at IS NULL",
};

export default check({
  // What the plan says in `[checks.{{name}}]`.
  settings: { orders: setting.relation },

  run({ orders }, findings) {
    findings.about(orders, () => {
      // Nothing breaks a rule where there is nothing, and a backup without any order is none.
      findings.expect("has-rows", orders, scalar(`SELECT count(*) FROM ${orders}`) > 0);
      for (const [rule, broken] of Object.entries(RULES)) {
        findings.expectNone(rule, orders, scalar(`SELECT count(*) FROM ${orders} WHERE ${broken}`));
      }
    });
  },
});
