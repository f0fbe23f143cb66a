//! Changes of an input by chance.

use rand::RngExt as _;
use rand::rngs::StdRng;

/// Bytes at which readers of lengths, of UTF-8 and of lines go astray.
const BYTES: [u8; 12] = [
    0, 1, 0x7f, 0x80, 0xff, b'\n', b'\r', b'"', b'\\', b'#', 0xc3, 0xe2,
];

/// Changes `input` in one way. `others` are inputs of the same kind, `words` what stands in such inputs.
pub fn mutate(input: &mut Vec<u8>, others: &[Vec<u8>], words: &[&str], random: &mut StdRng) {
    let (from, to) = range(input.len(), random);
    match random.random_range(0..8) {
        0 => {
            if let Some(byte) = input.get_mut(from) {
                *byte ^= 1 << random.random_range(0..8);
            }
        }
        1 => {
            let byte = BYTES[random.random_range(..BYTES.len())];
            input.insert(from, byte);
        }
        2 => {
            if let Some(byte) = input.get_mut(from) {
                *byte = BYTES[random.random_range(..BYTES.len())];
            }
        }
        3 => {
            input.drain(from..to);
        }
        4 => {
            let part = input[from..to].to_owned();
            let at = random.random_range(0..=input.len());
            input.splice(at..at, part);
        }
        5 => {
            let other = &others[random.random_range(..others.len())];
            let (start, end) = range(other.len(), random);
            input.splice(from..to, other[start..end].iter().copied());
        }
        6 => {
            let word = words[random.random_range(..words.len())];
            input.splice(from..from, word.bytes());
        }
        _ => {
            let word = words[random.random_range(..words.len())];
            input.splice(from..to, word.bytes());
        }
    }
}

/// A range within `length` bytes, mostly a short one.
fn range(length: usize, random: &mut StdRng) -> (usize, usize) {
    let from = random.random_range(0..=length);
    let most = (length - from) >> random.random_range(0..8);
    (from, from + random.random_range(0..=most))
}
