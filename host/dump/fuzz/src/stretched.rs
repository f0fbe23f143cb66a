//! A script out of few bytes, and where it is cut.
//!
//! What the readers keep is bounded at 64 and 256 KiB, and libFuzzer's inputs are far shorter. So an input ends with [`CONTROL`]
//! bytes that say which part of it is repeated until the script is long enough, and how the script is cut.

/// Bytes at the end of an input that are no part of the script.
pub const CONTROL: usize = 8;

/// How long a stretched script gets, in bytes: beyond what is kept of a line, of a statement, of two.
const LENGTHS: [usize; 3] = [70 << 10, 300 << 10, 600 << 10];

/// From this value of the first control byte on, a part is repeated.
const STRETCHED: u8 = 252;

/// A script and the numbers by which it is cut.
pub struct Stretched {
    pub script: Vec<u8>,
    cuts: u64,
}

impl Stretched {
    /// None of an input that is too short to be one.
    pub fn read(input: &[u8]) -> Option<Self> {
        let (text, control) = input.split_last_chunk::<CONTROL>()?;
        let [how, from_low, from_high, long, cuts @ ..] = *control;
        let cuts = u64::from(u32::from_le_bytes(cuts)) | 1 << 40;
        let from = usize::from(u16::from_le_bytes([from_low, from_high]));
        let part = text.get(from..).unwrap_or_default();
        let part = &part[..part.len().min(usize::from(long))];
        // A long script takes a thousand times as long as a short one: nearly all are short.
        let script = if how < STRETCHED || part.is_empty() {
            text.to_owned()
        } else {
            let times = LENGTHS[usize::from(how) % LENGTHS.len()] / part.len();
            let behind = from + part.len();
            [&text[..from], &part.repeat(times), &text[behind..]].concat()
        };
        Some(Self { script, cuts })
    }

    /// The script in pieces of all lengths up to `longest`, short ones as often as long ones.
    pub fn pieces(&self, longest: usize) -> impl Iterator<Item = &[u8]> {
        let mut rest = &self.script[..];
        let mut numbers = self.cuts;
        std::iter::from_fn(move || {
            // xorshift64.
            numbers ^= numbers << 13;
            numbers ^= numbers >> 7;
            numbers ^= numbers << 17;
            let most = (longest >> (numbers % 16)).max(1);
            let length = 1 + (numbers >> 16) as usize % most;
            let (piece, behind) = rest.split_at(length.min(rest.len()));
            rest = behind;
            (!piece.is_empty()).then_some(piece)
        })
    }
}
