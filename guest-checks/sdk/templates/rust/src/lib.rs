//! Holds that no order breaks a rule.
//!
//! ```toml
//! [checks.{{name}}]
//! orders = "shop.orders"
//! ```

use vhost_check::{Check, CouldNotLook, Findings, Relation};

/// The rules, each with the rows that break it: what stands behind WHERE.
const RULES: &[(&str, &str)] = &[
    ("total-not-negative", "total < 0"),
    ("paid-has-date", "status = 'paid' AND paid_at IS NULL"),
];

/// What the plan says in `[checks.{{name}}]`.
#[derive(serde::Deserialize)]
struct Settings {
    orders: Relation,
}

impl Check for Settings {
    fn run(self, findings: &mut Findings) -> Result<(), CouldNotLook> {
        let orders = &self.orders;
        findings.about(orders, |findings| {
            // Nothing breaks a rule where there is nothing, and a backup without any order is none.
            findings.expect("has-rows", orders, orders.count()? > 0);
            for (rule, broken) in RULES {
                findings.expect_none(rule, orders, orders.count_where(broken, &[])?);
            }
            Ok(())
        })
    }
}

vhost_check::export!(Settings);

#[cfg(test)]
mod tests;
