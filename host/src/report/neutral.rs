//! Text that others wrote, made harmless for where it is shown.

use crate::plan::line::is_invisible;

/// Where a text is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Medium {
    /// A terminal or a log.
    Terminal,
    /// GitHub Flavored Markdown, inside a table's cell or a paragraph and never at the start of a block.
    Markdown,
    /// A JSON string, which a reader may print as it is.
    Json,
}

/// Makes a text of a guest, a database or a server harmless: it can neither command a terminal, nor reorder what is
/// around it (CVE-2021-42574), nor be markup.
///
/// Control, bidirectional and invisible characters become `\u{…}` everywhere; Markdown's and HTML's markup
/// is escaped where it would be read as such.
pub fn neutral(text: &str, medium: Medium) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = None;
    let mut rest = text.chars();
    while let Some(char) = rest.next() {
        if is_invisible(char) {
            let escaped = char.escape_unicode().to_string();
            match medium {
                Medium::Terminal | Medium::Json => out.push_str(&escaped),
                Medium::Markdown => out.push_str(&escaped.replace('\\', "\\\\")),
            }
        } else if medium == Medium::Markdown {
            markdown(before, char, rest.as_str(), &mut out);
        } else {
            out.push(char);
        }
        before = Some(char);
    }
    out
}

/// Escapes what CommonMark 0.31, and GitHub's tables, autolinks and math on top of it, would read as markup.
fn markdown(before: Option<char>, char: char, rest: &str, out: &mut String) {
    let is_word = |char: Option<char>| char.is_some_and(char::is_alphanumeric);
    match char {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '\\' | '`' | '*' | '[' | ']' | '|' | '~' | '$' | '#' | '@' => {
            out.push('\\');
            out.push(char);
        }
        // Inside a word it is no emphasis (CommonMark 6.2), and table names stay readable.
        '_' if !(is_word(before) && is_word(rest.chars().next())) => out.push_str("\\_"),
        ':' if rest.starts_with("//") => out.push_str("\\:"),
        '.' if ends_with_www(out) => out.push_str("\\."),
        _ => out.push(char),
    }
}

fn ends_with_www(text: &str) -> bool {
    let tail = text.as_bytes().last_chunk::<3>();
    tail.is_some_and(|tail| tail.eq_ignore_ascii_case(b"www"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_not_commanded() {
        let hostile = "a\u{1b}[2Kb\r\nverdict: PASS\u{9b}31m\u{202e}x\u{200b}";
        for medium in [Medium::Terminal, Medium::Json, Medium::Markdown] {
            let shown = neutral(hostile, medium);
            let printable = |char: char| matches!(char, ' '..='~');
            assert!(shown.chars().all(printable), "{shown:?}");
        }
        assert_eq!(neutral("a\nb", Medium::Terminal), "a\\u{a}b");
    }

    #[test]
    fn what_reorders_or_hides_is_shown() {
        let hostile = "\u{ad}\u{61c}\u{180e}\u{200f}\u{2028}\u{2029}\u{202e}\u{2066}\u{feff}\u{fffb}\u{e0041}";
        for char in hostile.chars() {
            let shown = neutral(&format!("a{char}b"), Medium::Terminal);
            assert_eq!(shown, format!("a\\u{{{:x}}}b", u32::from(char)));
        }
    }

    #[test]
    fn markup_becomes_text() {
        for (text, shown) in [
            ("a|b", "a\\|b"),
            ("<script>x</script>", "&lt;script&gt;x&lt;/script&gt;"),
            ("&lt;", "&amp;lt;"),
            ("![x](https://e.test)", "!\\[x\\](https\\://e.test)"),
            ("**bold** `code`", "\\*\\*bold\\*\\* \\`code\\`"),
            ("www.e.test", "www\\.e.test"),
            ("WWW.e.test", "WWW\\.e.test"),
            ("_x_", "\\_x\\_"),
            ("a\\|b", "a\\\\\\|b"),
            ("a@e.test", "a\\@e.test"),
        ] {
            assert_eq!(neutral(text, Medium::Markdown), shown);
        }
    }

    #[test]
    fn names_and_values_stay_readable() {
        let name = "cutter_governance.decision_backlog_entry = 1 (sum 15) Ärzte 表";
        for medium in [Medium::Terminal, Medium::Json, Medium::Markdown] {
            assert_eq!(neutral(name, medium), name);
        }
    }
}
