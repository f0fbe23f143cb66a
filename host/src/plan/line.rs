//! Text that others wrote and that stands on one line among ours: nothing in it hides, reorders or moves what is around.

use std::fmt::Write as _;

/// C0, DEL, C1 (Unicode 4.4), bidirectional controls (UAX 9), line and paragraph separators, zero-width and tag
/// characters, fillers, variation selectors, and the letters that are drawn as nothing.
pub(crate) fn is_invisible(char: char) -> bool {
    char.is_control()
        || matches!(
            char,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'
                | '\u{1160}'
                | '\u{17b4}'
                | '\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{2800}'
                | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fffb}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

/// Refuses characters that nobody sees; the error says which and what to do.
pub(crate) fn visible(text: &str) -> Result<(), String> {
    match text.chars().find(|char| is_invisible(*char)) {
        Some(char) => Err(format!(
            "it holds the control or invisible character U+{:04X}: write what can be seen",
            u32::from(char)
        )),
        None => Ok(()),
    }
}

/// Refuses what would not stay one line of words: characters that nobody sees, and runs of blanks, with which a
/// terminal's width would wrap it into a line that looks like another's.
pub fn words(text: &str) -> Result<(), String> {
    visible(text)?;
    let mut before = ' ';
    for char in text.chars().chain([' ']) {
        if char.is_whitespace() && before.is_whitespace() {
            return Err(match text.trim().is_empty() {
                true => "it is empty: write one line".to_owned(),
                false => {
                    "it starts or ends with a blank, or has two in a row: write one between words"
                        .to_owned()
                }
            });
        }
        before = char;
    }
    Ok(())
}

/// The text with every character that nobody sees written out.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match is_invisible(char) {
            true => out.extend(char.escape_unicode()),
            false => out.push(char),
        }
    }
    out
}

/// The text as a basic string of TOML, in one spelling and on one line.
pub(crate) fn toml_string(text: &str) -> String {
    let mut out = String::from("\"");
    for char in text.chars() {
        match char {
            '"' | '\\' => out.extend(['\\', char]),
            // Writing to a String cannot fail.
            char if is_invisible(char) => {
                let _ = match u32::from(char) {
                    code @ 0..=0xffff => write!(out, "\\u{code:04X}"),
                    code => write!(out, "\\U{code:08X}"),
                };
            }
            char => out.push(char),
        }
    }
    out + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &str = "\n\r\t\u{7f}\u{85}\u{ad}\u{34f}\u{115f}\u{1160}\u{200b}\u{2028}\u{202e}\u{2066}\u{2800}\u{3164}\u{fe0f}\u{ffa0}\u{e0041}\u{e0100}";

    #[test]
    fn what_nobody_sees_is_refused_and_escaped() {
        for char in HOSTILE.chars() {
            let text = format!("a{char}b");
            let code = format!("U+{:04X}", u32::from(char));
            assert!(visible(&text).unwrap_err().contains(&code), "{code}");
            assert!(words(&text).unwrap_err().contains(&code), "{code}");
            for written in [escaped(&text), toml_string(&text)] {
                assert!(written.chars().all(|c| matches!(c, ' '..='~')), "{written}");
            }
        }
        let text = format!("\"\\{HOSTILE}'");
        let read: toml::Table = toml::from_str(&format!("a = {}", toml_string(&text))).unwrap();
        assert_eq!(read["a"].as_str(), Some(text.as_str()));
    }

    #[test]
    fn words_have_one_blank_between_them() {
        for text in ["alice", "Ärzte 表 \"x\" – y", "a b c"] {
            assert_eq!(words(text), Ok(()), "{text}");
        }
        for text in [
            "",
            " ",
            "a  b",
            " a",
            "a ",
            "a \u{a0}b",
            "a\u{3000}\u{2003}b",
        ] {
            assert!(words(text).is_err(), "{text:?}");
        }
    }
}
