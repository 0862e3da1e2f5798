//! Whole numbers of any length, with the operations that [`super`] needs.

use std::cmp::Ordering;

/// A whole number of any length: limbs of 32 bits, lowest first, the last one not 0.
pub(super) struct Whole(Vec<u32>);

impl Whole {
    pub(super) fn from(number: u64) -> Whole {
        let mut whole = Whole(vec![number as u32, (number >> 32) as u32]);
        whole.trim();
        whole
    }

    fn trim(&mut self) {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }

    pub(super) fn bits(&self) -> i32 {
        self.0.last().map_or(0, |last| self.0.len() as i32 * 32 - last.leading_zeros() as i32)
    }

    pub(super) fn multiply_add(&mut self, factor: u32, add: u32) {
        let mut carry = u64::from(add);
        for limb in &mut self.0 {
            carry += u64::from(*limb) * u64::from(factor);
            *limb = carry as u32;
            carry >>= 32;
        }
        if carry > 0 {
            self.0.push(carry as u32);
        }
    }

    /// Multiplies by 2^times.
    pub(super) fn double(&mut self, times: u32) {
        self.multiply_add(1 << (times % 32), 0);
        if !self.0.is_empty() {
            self.0.splice(0..0, std::iter::repeat_n(0, times as usize / 32));
        }
    }

    /// Multiplies by 10^times.
    pub(super) fn scale(&mut self, times: u32) {
        (0..times).for_each(|_| self.multiply_add(10, 0));
    }

    pub(super) fn compare(&self, other: &Whole) -> Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }

    /// Compares `self + add` with `other`.
    pub(super) fn compare_sum(&self, add: &Whole, other: &Whole) -> Ordering {
        let mut sum = Whole(self.0.clone());
        sum.0.resize(self.0.len().max(add.0.len()) + 1, 0);
        let mut carry = 0;
        for (index, limb) in sum.0.iter_mut().enumerate() {
            carry += u64::from(*limb) + u64::from(add.0.get(index).copied().unwrap_or(0));
            *limb = carry as u32;
            carry >>= 32;
        }
        sum.trim();
        sum.compare(other)
    }

    /// Subtracts a number that is not larger.
    pub(super) fn subtract(&mut self, other: &Whole) {
        let mut borrow = 0;
        for (index, limb) in self.0.iter_mut().enumerate() {
            let less = u64::from(other.0.get(index).copied().unwrap_or(0)) + borrow;
            borrow = u64::from(u64::from(*limb) < less);
            *limb = (u64::from(*limb) + (borrow << 32) - less) as u32;
        }
        self.trim();
    }
}
