"""What the check makes of a database's answers. No database is needed: these are scripted."""

import unittest

from check import RULES, Orders
from vhost_check.testing import World, run


def plan() -> World:
    return World().settings(orders="shop.orders")


class TestOrders(unittest.TestCase):
    def test_passes_where_no_order_breaks_a_rule(self) -> None:
        run(Orders, plan().answer("WHERE", 0).answer("count(*)", 3)).passes()

    def test_fails_where_orders_break_a_rule(self) -> None:
        for rule, broken in RULES.items():
            # The first answer that fits is given.
            shop = plan().answer(broken, 2).answer("WHERE", 0).answer("count(*)", 3)
            run(Orders, shop).fails(rule)

    def test_fails_without_any_order(self) -> None:
        run(Orders, plan().answer("count(*)", 0)).fails("has-rows")

    def test_fails_where_the_backup_lost_the_relation(self) -> None:
        run(Orders, plan().missing("shop.orders")).fails("relation-exists")

    def test_cannot_look_at_what_the_grant_does_not_open(self) -> None:
        run(Orders, plan().denied("shop.orders")).could_not_look("permission denied")


if __name__ == "__main__":
    unittest.main()
