//! A component's sections: reading them ends, and whatever is taken for a manifest is the one text that says it.

use vhost::grant::asked::Asked;
use vhost::grant::bundle::{Existing, bundle};
use vhost::grant::component::{Component, Outline};

pub const WORDS: &[&str] = &[
    "\u{0}asm\r\u{0}\u{1}\u{0}",
    "\u{0}asm\u{1}\u{0}\u{0}\u{0}",
    "vhost:check-manifest",
    "vhost:check/checker@0.1.0",
    "vhost:check/query@0.1.0",
    "vhost:check/evidence@0.1.0",
    "manifest = 1\n",
    "name = \"a\"\n",
    "version = \"0.1.0\"\n",
    "summary = \"\"\"\n",
    "interfaces = [\"query\"]\n",
    "report = \"values\"\n",
    "read = \"configured\"\n",
    "read = [\"app.t(a, b)\", \"app.*\"]\n",
    "artefacts = [\"exports\"]\n",
    "settings_schema = '''{\"type\":\"object\"}'''\n",
    "[limits]\nmemory = \"64MiB\"\n",
    "memory = \"18446744073709551615GiB\"\n",
    "\\u0000",
    "\u{202e}",
];

pub fn check(input: &[u8]) -> String {
    let outline = match Outline::of(input) {
        Ok(outline) => outline,
        Err(error) => return format!("{error}: {error:?}"),
    };
    let name = match &outline.asked {
        Ok(asked) => {
            the_only_text(asked, input);
            asked.name.clone()
        }
        Err(_) => "row-exact".to_owned(),
    };
    let component = Component::new(name.clone(), input.to_owned(), outline);
    let asked = match &component.asked {
        Ok(asked) => asked,
        Err(fault) => return one_line(fault.to_string()),
    };
    // What may be granted is what it imports, and a bundle of the same manifest is the same check.
    assert_eq!(component.grantable().len(), asked.interfaces.len());
    match bundle(&name, input, asked, Existing::Replace) {
        Ok(bundled) => {
            assert_eq!(bundled.asked.as_ref().ok(), Some(asked));
            assert_eq!(bundled.imports, component.imports);
            format!("a check: {} interfaces", asked.interfaces.len())
        }
        Err(error) => one_line(format!("cannot be bundled: {error}")),
    }
}

fn the_only_text(asked: &Asked, component: &[u8]) {
    let text = asked.canonical();
    assert!(
        component
            .windows(text.len())
            .any(|window| window == text.as_bytes()),
        "the manifest is not in the component as it is written: {text}"
    );
    assert_eq!(Asked::from_section(text.as_bytes()).as_ref(), Ok(asked));
}

/// What people are told is one line, without control characters and whatever else would mislead them.
pub fn one_line(text: String) -> String {
    assert!(!text.contains(char::is_control), "{text:?}");
    assert!(!text.contains('\u{202e}'), "{text:?}");
    text
}
