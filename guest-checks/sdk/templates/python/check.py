"""Holds that no order breaks a rule.

    [checks.{{name}}]
    orders = "shop.orders"
"""

from vhost_check import Findings, Relation, check, scalar

# The rules, each with the rows that break it: what stands behind WHERE.
RULES = {
    "total-not-negative": "total < 0",
    "paid-has-date": "status = 'paid' AND paid_at IS NULL",
}


@check
class Orders:
    # What the plan says in `[checks.{{name}}]`.
    orders: Relation

    def run(self, findings: Findings) -> None:
        orders = self.orders
        with findings.about(orders):
            # Nothing breaks a rule where there is nothing, and a backup without any order is none.
            findings.expect("has-rows", orders, scalar(f"SELECT count(*) FROM {orders}") > 0)
            for rule, broken in RULES.items():
                findings.expect_none(rule, orders, scalar(f"SELECT count(*) FROM {orders} WHERE {broken}"))
