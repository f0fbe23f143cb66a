//! Where values and rows end in the text of a COPY.

use wide::u8x16;

/// Bytes that are looked at together; one bit of a word stands for each.
const BLOCK: usize = 64;

/// Calls `each` with the place of every tab and line feed, in their order.
///
/// A value has some ten bytes. `memchr` begins anew behind every byte that it finds, which for places as near as these costs more
/// than the search.
pub fn each_separator(bytes: &[u8], mut each: impl FnMut(usize)) {
    let (blocks, rest) = bytes.as_chunks::<BLOCK>();
    let mut start = 0;
    for block in blocks {
        let mut found = separators(block);
        while found != 0 {
            each(start + found.trailing_zeros() as usize);
            found &= found - 1;
        }
        start += BLOCK;
    }
    for (at, byte) in rest.iter().enumerate() {
        if matches!(byte, b'\t' | b'\n') {
            each(start + at);
        }
    }
}

/// A bit for each byte that is a tab or a line feed, the first byte's the lowest.
fn separators(block: &[u8; BLOCK]) -> u64 {
    let (tab, line_feed) = (u8x16::splat(b'\t'), u8x16::splat(b'\n'));
    let (quarters, _) = block.as_chunks::<16>();
    let mut found = 0;
    for (place, quarter) in quarters.iter().enumerate() {
        let bytes = u8x16::new(*quarter);
        let equal = bytes.simd_eq(tab) | bytes.simd_eq(line_feed);
        found |= u64::from(equal.to_bitmask()) << (16 * place);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tab_and_line_feed_is_found() {
        // Every byte there is, at every place of a block.
        for length in [0, 1, 63, 64, 65, 128, 1000] {
            for shift in 0..=255_u8 {
                let bytes: Vec<u8> = (0..length)
                    .map(|at| ((at * 7) as u8).wrapping_add(shift))
                    .collect();
                let mut found = Vec::new();
                each_separator(&bytes, |at| found.push(at));
                let expected = bytes.iter().enumerate();
                let expected: Vec<usize> = expected
                    .filter_map(|(at, byte)| (*byte == b'\t' || *byte == b'\n').then_some(at))
                    .collect();
                assert_eq!(found, expected, "{length} {shift}");
            }
        }
    }
}
