//! What the check makes of a database's answers. No database is needed: these are scripted.

use vhost_check::testing::{World, json, run};

use super::{RULES, Settings};

fn plan() -> World {
    World::new().settings(json!({ "orders": "shop.orders" }))
}

#[test]
fn passes_where_no_order_breaks_a_rule() {
    let shop = plan().answer("WHERE", 0).answer("count(*)", 3);
    run::<Settings>(shop).passes();
}

#[test]
fn fails_where_orders_break_a_rule() {
    for (rule, broken) in RULES {
        // The first answer that fits is given.
        let shop = plan()
            .answer(broken, 2)
            .answer("WHERE", 0)
            .answer("count(*)", 3);
        run::<Settings>(shop).fails(rule);
    }
}

#[test]
fn fails_without_any_order() {
    run::<Settings>(plan().answer("count(*)", 0)).fails("has-rows");
}

#[test]
fn fails_where_the_backup_lost_the_relation() {
    run::<Settings>(plan().missing("shop.orders")).fails("relation-exists");
}

#[test]
fn cannot_look_at_what_the_grant_does_not_open() {
    run::<Settings>(plan().denied("shop.orders")).could_not_look("permission denied");
}
