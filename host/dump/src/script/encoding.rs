//! Which letters the bytes of a dump are.

use std::borrow::Cow;
use std::fmt::Write as _;

use encoding_rs::{
    BIG5, DecoderResult, EUC_JP, EUC_KR, GB18030, GBK, IBM866, ISO_8859_2, ISO_8859_3, ISO_8859_4,
    ISO_8859_5, ISO_8859_6, ISO_8859_7, ISO_8859_8, ISO_8859_10, ISO_8859_13, ISO_8859_14,
    ISO_8859_15, ISO_8859_16, KOI8_R, KOI8_U, SHIFT_JIS, WINDOWS_874, WINDOWS_1250, WINDOWS_1251,
    WINDOWS_1252, WINDOWS_1253, WINDOWS_1254, WINDOWS_1255, WINDOWS_1256, WINDOWS_1257,
    WINDOWS_1258, mem::decode_latin1,
};

/// Stands before the two hexadecimal digits of a byte that is no letter.
const ESCAPE: char = char::REPLACEMENT_CHARACTER;

/// What a dump's text is written in.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Encoding {
    /// Also where the dump does not say, or says that it does not know (`SQL_ASCII`).
    #[default]
    Utf8,
    /// Of each byte, the letter of its number. WHATWG has no such encoding: its `iso-8859-1` is windows-1252, whose
    /// letters from 0x80 to 0x9F Postgres does not have in its LATIN1.
    Latin1,
    /// One that `encoding_rs` has tables of.
    Known(&'static encoding_rs::Encoding),
    /// Its letters below 0x80 are those of ASCII; the others are not known here.
    Other,
}

impl Encoding {
    /// By the name that Postgres gives it (manual, 24.3.1; `pg_enc2name_tbl` in encnames.c).
    pub fn named(name: &str) -> Self {
        Self::Known(match name {
            "" | "UTF8" | "SQL_ASCII" => return Self::Utf8,
            "LATIN1" => return Self::Latin1,
            "LATIN2" => ISO_8859_2,
            "LATIN3" => ISO_8859_3,
            "LATIN4" => ISO_8859_4,
            // ISO 8859-9 but for control characters, as its name says at WHATWG.
            "LATIN5" => WINDOWS_1254,
            "LATIN6" => ISO_8859_10,
            "LATIN7" => ISO_8859_13,
            "LATIN8" => ISO_8859_14,
            "LATIN9" => ISO_8859_15,
            "LATIN10" => ISO_8859_16,
            "ISO_8859_5" => ISO_8859_5,
            "ISO_8859_6" => ISO_8859_6,
            "ISO_8859_7" => ISO_8859_7,
            "ISO_8859_8" => ISO_8859_8,
            "KOI8R" => KOI8_R,
            "KOI8U" => KOI8_U,
            "WIN866" => IBM866,
            "WIN874" => WINDOWS_874,
            "WIN1250" => WINDOWS_1250,
            "WIN1251" => WINDOWS_1251,
            "WIN1252" => WINDOWS_1252,
            "WIN1253" => WINDOWS_1253,
            "WIN1254" => WINDOWS_1254,
            "WIN1255" => WINDOWS_1255,
            "WIN1256" => WINDOWS_1256,
            "WIN1257" => WINDOWS_1257,
            "WIN1258" => WINDOWS_1258,
            "EUC_JP" => EUC_JP,
            "SJIS" => SHIFT_JIS,
            // Each is a part of the one that is named here.
            "EUC_KR" | "UHC" => EUC_KR,
            "EUC_CN" | "GBK" => GBK,
            "GB18030" => GB18030,
            "BIG5" => BIG5,
            // EUC_TW, JOHAB, MULE_INTERNAL, EUC_JIS_2004, SHIFT_JIS_2004.
            _ => return Self::Other,
        })
    }

    /// The letters of some bytes. Equal bytes give equal text, and a byte that is no letter is kept as an escape, so that
    /// what differs in it stays different.
    pub fn text(self, bytes: &[u8]) -> Cow<'_, str> {
        if bytes.is_ascii() || self == Self::Utf8 {
            if let Ok(text) = std::str::from_utf8(bytes) {
                return Cow::Borrowed(text);
            }
            let mut text = String::with_capacity(bytes.len());
            for chunk in bytes.utf8_chunks() {
                text.push_str(chunk.valid());
                escape(chunk.invalid(), &mut text);
            }
            return Cow::Owned(text);
        }
        match self {
            Self::Latin1 => decode_latin1(bytes),
            Self::Known(encoding) => Cow::Owned(decode(encoding, bytes)),
            Self::Utf8 | Self::Other => {
                let mut text = String::with_capacity(bytes.len());
                for byte in bytes {
                    match byte.is_ascii() {
                        true => text.push(char::from(*byte)),
                        false => escape(&[*byte], &mut text),
                    }
                }
                Cow::Owned(text)
            }
        }
    }
}

fn decode(encoding: &'static encoding_rs::Encoding, bytes: &[u8]) -> String {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut text = String::with_capacity(bytes.len() * 2);
    let mut at = 0;
    loop {
        let rest = &bytes[at..];
        let (result, read) = decoder.decode_to_string_without_replacement(rest, &mut text, true);
        at += read;
        match result {
            DecoderResult::InputEmpty => return text,
            // Room for at least one letter more, whatever is left.
            DecoderResult::OutputFull => text.reserve(rest.len() * 2 + 8),
            DecoderResult::Malformed(wrong, behind) => {
                let end = at.saturating_sub(behind.into());
                let start = end.saturating_sub(wrong.into());
                escape(&bytes[start..end], &mut text);
            }
        }
    }
}

fn escape(bytes: &[u8], text: &mut String) {
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(text, "{ESCAPE}{byte:02X}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_those_that_postgres_has() {
        for (name, bytes, text) in [
            ("UTF8", "größe 日".as_bytes(), "größe 日"),
            ("", b"plain", "plain"),
            ("LATIN1", b"gr\xf6\xdfe \x80\x9f", "größe \u{80}\u{9f}"),
            ("LATIN2", b"\xb1", "ą"),
            ("LATIN5", b"\xfd", "ı"),
            ("LATIN9", b"\xa4", "€"),
            ("LATIN10", b"\xaa", "Ș"),
            ("ISO_8859_5", b"\xd6", "ж"),
            ("KOI8R", b"\xd6", "ж"),
            ("WIN866", b"\xa6", "ж"),
            ("WIN1251", b"\xe6", "ж"),
            ("WIN1252", b"10 \x80 \x96", "10 € –"),
            ("EUC_JP", b"\xc9\xbd a", "表 a"),
            // The second byte is a backslash.
            ("SJIS", b"\x95\x5c", "表"),
            ("EUC_KR", b"\xc7\xa5", "표"),
            ("UHC", b"\xc7\xa5", "표"),
            ("EUC_CN", b"\xb1\xed", "表"),
            ("GBK", b"\xb1\xed", "表"),
            ("GB18030", b"\xb1\xed\x95\x32\x82\x36", "表𠀀"),
            ("BIG5", b"\xaa\xed", "表"),
        ] {
            assert_eq!(Encoding::named(name).text(bytes), text, "{name}");
        }
    }

    #[test]
    fn bytes_that_are_no_letters_are_told_apart() {
        for (name, bytes, text) in [
            ("SQL_ASCII", &b"gr\xf6\xdfe"[..], "gr\u{fffd}F6\u{fffd}DFe"),
            (
                "SQL_ASCII",
                b"\xf6 \xc3\xb6 \xc3",
                "\u{fffd}F6 ö \u{fffd}C3",
            ),
            ("EUC_TW", b"a\xc4\xe3b", "a\u{fffd}C4\u{fffd}E3b"),
            ("EUC_JP", b"\xff\xc9\xbd\xc9", "\u{fffd}FF表\u{fffd}C9"),
            ("GB18030", b"\x81\x30 \xb1\xed", "\u{fffd}810 表"),
            ("WIN1253", b"\xff\xe1", "\u{fffd}FFα"),
        ] {
            assert_eq!(Encoding::named(name).text(bytes), text, "{name}");
        }
    }
}
