//! Whether a secret shows in a text, raw or encoded.

use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::percent_decode;
use zeroize::Zeroizing;

use super::Secret;

/// Below this length in bytes a secret is looked for as a whole word only, in every form: three letters stand
/// inside other words of any report, and a sweep that always cries is switched off.
const SHORT: usize = 4;

impl Secret {
    /// The form in which the secret shows in `text`, if it does.
    ///
    /// Looked for are the secret itself; hexadecimal digits of either case; base64 and its URL-safe alphabet at
    /// each of the three alignments, both also where lines are broken; and the text after percent decoding and after JSON unescaping, which finds
    /// every choice of what to escape. A secret shorter than four bytes counts only as a whole word (no letter or
    /// digit beside it), and for base64 only at its own alignment.
    pub fn appears_in(&self, text: &[u8]) -> Option<&'static str> {
        let secret = self.bytes.as_slice();
        let find = |text: &[u8], needle: &[u8]| {
            if secret.len() < SHORT {
                contains_word(text, needle)
            } else {
                contains(text, needle)
            }
        };
        if find(text, secret) {
            return Some("raw");
        }
        // Encoders break long lines (RFC 2045 after 76 characters); a short secret would then turn up by chance.
        let unbroken: Zeroizing<Vec<u8>> = Zeroizing::new(if secret.len() < SHORT {
            text.to_vec()
        } else {
            text.iter()
                .copied()
                .filter(|b| !b.is_ascii_whitespace())
                .collect()
        });
        let lower = Zeroizing::new(unbroken.to_ascii_lowercase());
        if find(&lower, Zeroizing::new(hex::encode(secret)).as_bytes()) {
            return Some("hexadecimal");
        }
        let alignments = if secret.len() < SHORT { 1 } else { 3 };
        for shift in 0..alignments {
            if find(
                &unbroken,
                base64_core(&STANDARD_NO_PAD, secret, shift).as_bytes(),
            ) {
                return Some("base64");
            }
            if find(
                &unbroken,
                base64_core(&URL_SAFE_NO_PAD, secret, shift).as_bytes(),
            ) {
                return Some("URL-safe base64");
            }
        }
        if text.contains(&b'%') || text.contains(&b'+') {
            let mut decoded: Zeroizing<Vec<u8>> = Zeroizing::new(percent_decode(text).collect());
            if find(&decoded, secret) {
                return Some("percent-encoded");
            }
            if secret.contains(&b' ') {
                // Forms write a blank as a plus sign.
                decoded
                    .iter_mut()
                    .filter(|b| **b == b'+')
                    .for_each(|b| *b = b' ');
                if find(&decoded, secret) {
                    return Some("percent-encoded");
                }
            }
        }
        (text.contains(&b'\\') && find(&json_unescaped(text), secret)).then_some("JSON-escaped")
    }
}

/// Those characters of the base64 of `shift` unknown bytes and the secret that the secret alone determines.
fn base64_core(engine: &impl base64::Engine, secret: &[u8], shift: usize) -> Zeroizing<String> {
    let mut padded = Zeroizing::new(vec![0; shift]);
    padded.extend_from_slice(secret);
    let mut encoded = Zeroizing::new(engine.encode(padded.as_slice()));
    if secret.len() >= SHORT {
        // Where the last group is not whole, its last character also holds bits of what follows.
        encoded.truncate(padded.len() * 8 / 6);
    }
    Zeroizing::new(encoded[(shift * 8).div_ceil(6)..].to_owned())
}

/// The text with JSON's escapes (RFC 8259, section 7) undone wherever they stand.
fn json_unescaped(text: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut out = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        let Some((&escape, after)) = rest.split_first().filter(|_| byte == b'\\') else {
            out.push(byte);
            continue;
        };
        rest = after;
        match escape {
            b'n' => out.push(b'\n'),
            b't' => out.push(b'\t'),
            b'r' => out.push(b'\r'),
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'u' => match unicode(rest) {
                Some((character, after)) => {
                    out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                    rest = after;
                }
                None => out.extend_from_slice(b"\\u"),
            },
            other => out.push(other),
        }
    }
    out
}

/// The character of `XXXX` or of a surrogate pair `XXXX\uXXXX`, and what follows it.
fn unicode(text: &[u8]) -> Option<(char, &[u8])> {
    let unit =
        |text: &[u8]| u32::from_str_radix(std::str::from_utf8(text.get(..4)?).ok()?, 16).ok();
    let high = unit(text)?;
    let rest = &text[4..];
    if !(0xd800..0xdc00).contains(&high) {
        return Some((char::from_u32(high)?, rest));
    }
    let low = unit(rest.strip_prefix(b"\\u")?)?;
    let low = low.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
    Some((
        char::from_u32(0x10000 + ((high - 0xd800) << 10) + low)?,
        &rest[6..],
    ))
}

fn positions<'a>(text: &'a [u8], needle: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    let mut from = 0;
    std::iter::from_fn(move || {
        let first = *needle.first()?;
        while let Some(step) = text.get(from..)?.iter().position(|b| *b == first) {
            let at = from + step;
            from = at + 1;
            if text[at..].starts_with(needle) {
                return Some(at);
            }
        }
        None
    })
}

fn contains(text: &[u8], needle: &[u8]) -> bool {
    positions(text, needle).next().is_some()
}

fn contains_word(text: &[u8], needle: &[u8]) -> bool {
    let in_word = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    positions(text, needle).any(|at| {
        !in_word(at.checked_sub(1).and_then(|i| text.get(i)))
            && !in_word(text.get(at + needle.len()))
    })
}
