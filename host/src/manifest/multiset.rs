//! A digest of rows that does not depend on their order.

use sha2::Digest as _;

/// The sum of the rows' SHA-256 modulo 2^256.
///
/// A sum, unlike an exclusive-or, does not cancel a row that stands twice. It guards against accidents: somebody who
/// may choose rows freely could construct a collision of such a sum.
#[derive(Clone, Copy, Default)]
pub struct RowSum([u64; 4]);

impl RowSum {
    pub fn add(&mut self, row: &[u8]) {
        let digest: [u8; 32] = sha2::Sha256::digest(row).into();
        let (limbs, _) = digest.as_chunks::<8>();
        let mut carry = false;
        for (sum, limb) in self.0.iter_mut().zip(limbs) {
            let (low, first) = sum.overflowing_add(u64::from_le_bytes(*limb));
            let (low, second) = low.overflowing_add(u64::from(carry));
            *sum = low;
            carry = first || second;
        }
    }

    /// 64 hexadecimal digits.
    pub fn to_hex(self) -> String {
        self.0
            .iter()
            .rev()
            .map(|limb| format!("{limb:016x}"))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(rows: &[&str]) -> String {
        let mut sum = RowSum::default();
        rows.iter().for_each(|row| sum.add(row.as_bytes()));
        sum.to_hex()
    }

    #[test]
    fn order_does_not_matter_but_multiplicity_does() {
        assert_eq!(sum(&["a", "b", "c"]), sum(&["c", "a", "b"]));
        assert_ne!(sum(&["a"]), sum(&["a", "a", "a"]));
        assert_ne!(sum(&["a", "b"]), sum(&["a", "c"]));
    }

    #[test]
    fn carries_cross_limbs() {
        let mut ones = RowSum([u64::MAX, u64::MAX, u64::MAX, 0]);
        let before = ones.0[3];
        ones.add(b"abc");
        let digest: [u8; 32] = sha2::Sha256::digest(b"abc").into();
        let high = u64::from_le_bytes(digest[24..].try_into().unwrap());
        assert_eq!(ones.0[3], before.wrapping_add(high).wrapping_add(1));
    }
}
