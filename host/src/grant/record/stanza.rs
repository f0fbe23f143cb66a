//! One `[[grant]]` of a grants file, as text.

use time::format_description::well_known::Rfc3339;
use toml_edit::{Array, Item, RawString, Table, Value, value};

use crate::grant::file::Grant;
use crate::plan::limits::{LimitKey, Limits};
use crate::plan::line::{is_invisible, toml_string};

/// A list of more items, or of more columns than this, has one item a line.
const ONE_LINE: usize = 2;
const COLUMNS: usize = 80;

/// Writes what the grant says into its stanza, and leaves alone what says it already.
pub fn update(table: &mut Table, grant: &Grant) {
    let text = |text: &dyn ToString| Some(basic(&text.to_string()));
    set(table, "check", text(&grant.check));
    let version = grant.version.as_ref();
    set(table, "version", version.and_then(|version| text(version)));
    set(
        table,
        "component",
        text(&format!("sha256:{}", grant.component)),
    );
    list(table, "imports", &grant.imports);
    set(table, "report", text(&grant.report));
    list(table, "read", &strings(&grant.read));
    list_if_any(table, "artefacts", &grant.artefacts);
    list_if_any(table, "withheld", &strings(&grant.withheld));
    set(
        table,
        "approved_by",
        grant.approved_by.as_deref().map(basic),
    );
    // A moment of the years 0 to 9999, which is every moment that a clock shows, can be written.
    let at = grant.approved_at.and_then(|at| at.format(&Rfc3339).ok());
    set(table, "approved_at", at.as_deref().map(basic));
    limits(table, &grant.limits);
}

/// A text on one line, whatever is in it: left to itself, the writer would choose a form of several lines, of which the
/// text's author could make lines of the file.
fn basic(text: &str) -> Value {
    // It is a TOML string, so that the other way is never taken.
    toml_string(text)
        .parse()
        .unwrap_or_else(|_| Value::from(text))
}

fn strings(of: &[impl ToString]) -> Vec<String> {
    of.iter().map(ToString::to_string).collect()
}

/// Sets a key to a value, or takes it out; a comment behind the value stays.
fn set(table: &mut Table, key: &str, to: Option<Value>) {
    let Some(mut to) = to else {
        table.remove(key);
        return;
    };
    match table.get_mut(key).and_then(Item::as_value_mut) {
        Some(old) if old.as_str().is_some() && old.as_str() == to.as_str() => {}
        Some(old) => {
            *to.decor_mut() = old.decor().clone();
            *old = to;
        }
        None => {
            table.insert(key, Item::Value(to));
        }
    }
}

fn list_if_any(table: &mut Table, key: &str, items: &[String]) {
    match items.is_empty() {
        // One that is empty already says the same, and may carry a comment.
        true if table
            .get(key)
            .and_then(Item::as_array)
            .is_some_and(Array::is_empty) => {}
        true => {
            table.remove(key);
        }
        false => list(table, key, items),
    }
}

/// Makes a list hold exactly these; items that stay keep their place and the comments around them.
fn list(table: &mut Table, key: &str, items: &[String]) {
    let Some(array) = table.get_mut(key).and_then(Item::as_array_mut) else {
        let mut array: Array = items.iter().map(|item| basic(item)).collect();
        lay_out(&mut array, key);
        table.insert(key, value(array));
        return;
    };
    let is = |value: &Value, item: &str| value.as_str() == Some(item);
    let mut carried = String::new();
    let mut at = 0;
    while let Some(value) = array.get_mut(at) {
        if items.iter().any(|item| is(value, item)) {
            if !carried.is_empty() {
                let own = raw(value.decor().prefix());
                value
                    .decor_mut()
                    .set_prefix(std::mem::take(&mut carried) + &own);
            }
            at += 1;
        } else {
            // The comment on the item before stands in front of this one.
            let prefix = raw(value.decor().prefix());
            if let Some((comment, _)) = prefix.rsplit_once('\n').filter(|_| prefix.contains('#')) {
                carried.push_str(comment);
            }
            array.remove(at);
        }
    }
    if !carried.is_empty() {
        let trailing = carried + &raw(Some(array.trailing()));
        array.set_trailing(trailing);
    }
    let missing: Vec<&String> = items
        .iter()
        .filter(|item| !array.iter().any(|value| is(value, item)))
        .collect();
    if missing.is_empty() {
        return;
    }
    let one_a_line = array
        .iter()
        .any(|value| raw(value.decor().prefix()).contains('\n'));
    for item in missing {
        array.push(basic(item));
        if one_a_line && let Some(last) = array.len().checked_sub(1) {
            // What trails the last item, such as a comment on it, stands before the new one then.
            let trailing = raw(Some(array.trailing()));
            let comment = trailing.trim_end();
            if let Some(last) = array.get_mut(last) {
                last.decor_mut().set_prefix(format!("{comment}\n    "));
            }
            array.set_trailing("\n");
            array.set_trailing_comma(true);
        }
    }
    if !one_a_line {
        lay_out(array, key);
    }
}

/// Puts a long list on one line an item, so that a change of one is a change of one line.
fn lay_out(array: &mut Array, key: &str) {
    let one_line = format!("{key} = {array}");
    if array.len() <= ONE_LINE && one_line.chars().count() <= COLUMNS {
        return;
    }
    for item in array.iter_mut() {
        item.decor_mut().set_prefix("\n    ");
    }
    array.set_trailing("\n");
    array.set_trailing_comma(true);
}

fn raw(text: Option<&RawString>) -> String {
    text.and_then(RawString::as_str)
        .unwrap_or_default()
        .to_owned()
}

/// Writes the limits that are not the default ones.
fn limits(table: &mut Table, limits: &Limits) {
    let default = Limits::default();
    // One written in braces becomes a table of its own, as every other.
    if table.get("limits").is_some_and(|limits| !limits.is_table()) {
        table.remove("limits");
    }
    let stated = |table: &Table, key: &str| {
        table
            .get("limits")
            .and_then(Item::as_table)
            .is_some_and(|limits| limits.contains_key(key))
    };
    for key in LimitKey::ALL {
        let amount = limits.get(key);
        let written = stated(table, key.name());
        if amount == default.get(key) && !written {
            continue;
        }
        let limits = table.entry("limits").or_insert(Item::Table(Table::new()));
        // It was made a table above, whatever it was.
        let Some(limits) = limits.as_table_mut() else {
            return;
        };
        if amount == default.get(key) {
            limits.remove(key.name());
            continue;
        }
        let to = match key.written(amount).parse::<Value>() {
            Ok(value) => value,
            // An amount beyond TOML's integers cannot be a limit; its text is refused by the next reader.
            Err(_) => Value::from(key.written(amount)),
        };
        match limits.get(key.name()).and_then(Item::as_value) {
            Some(old) if same(old, &to) => {}
            _ => set(limits, key.name(), Some(to)),
        }
    }
    let empty = table.get("limits").and_then(Item::as_table);
    if empty.is_some_and(Table::is_empty) {
        table.remove("limits");
    }
}

fn same(one: &Value, other: &Value) -> bool {
    one.as_str() == other.as_str() && one.as_integer() == other.as_integer()
}

/// The line above a stanza.
pub fn headline(grant: &Grant, summary: &str) -> String {
    let version = grant.version.as_ref().map(|version| format!(" {version}"));
    let line = format!(
        "# {}{}: {summary}",
        grant.check,
        version.unwrap_or_default()
    );
    // A line feed would end the comment, TOML takes no other control character in one, and what is not seen has no
    // place in a review.
    line.chars().filter(|char| !is_invisible(*char)).collect()
}

/// Puts the line over the stanza, in the place of an earlier one.
pub fn head(table: &mut Table, check: &str, headline: &str) {
    let prefix = raw(table.decor().prefix());
    let ours = |line: &str| {
        line.strip_prefix("# ")
            .and_then(|line| line.strip_prefix(check))
            .and_then(|rest| rest.strip_prefix(' '))
            .is_some_and(versioned)
    };
    let mut lines: Vec<&str> = prefix.lines().collect();
    match lines.iter().rposition(|line| ours(line)) {
        Some(at) => lines[at] = headline,
        None => lines.push(headline),
    }
    table.decor_mut().set_prefix(lines.join("\n") + "\n");
}

/// `0.1.0: …`
fn versioned(rest: &str) -> bool {
    rest.split_once(": ")
        .is_some_and(|(version, _)| semver::Version::parse(version).is_ok())
}

/// Takes away what stands above a stanza and apart from it, with an empty line between: it is not about the stanza.
pub fn take_apart(table: &mut Table) -> String {
    let prefix = raw(table.decor().prefix());
    let Some((apart, own)) = prefix.rsplit_once("\n\n") else {
        return String::new();
    };
    table.decor_mut().set_prefix(format!("\n{own}"));
    match apart.trim().is_empty() {
        true => String::new(),
        false => format!("{apart}\n"),
    }
}

/// Puts what stood apart above another stanza.
pub fn put_apart(table: &mut Table, apart: &str) {
    let prefix = raw(table.decor().prefix());
    table.decor_mut().set_prefix(format!("{apart}{prefix}"));
}
