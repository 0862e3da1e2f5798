//! Encoded customers: what the network reads.

/// Encoded customers, one table row and one fraction per input; input `i` of customer `c` is at
/// `i * capacity + c`.
#[derive(Clone, Debug, PartialEq)]
pub struct Features {
    /// Table rows, `[inputs, capacity]`.
    pub rows: Vec<u32>,
    /// Fractions of the way to the next row, in `[0, 1)`, `[inputs, capacity]`.
    pub fractions: Vec<f32>,
    capacity: usize,
}

impl Features {
    /// Room for `capacity` customers of `inputs` inputs.
    pub fn new(inputs: usize, capacity: usize) -> Features {
        Features { rows: vec![0; inputs * capacity], fractions: vec![0.0; inputs * capacity], capacity }
    }

    /// Customers that there is room for.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Row and fraction of one input of one customer.
    #[inline(always)]
    pub fn get(&self, input: usize, customer: usize) -> (u32, f32) {
        let at = input * self.capacity + customer;
        (self.rows[at], self.fractions[at])
    }

    /// Copies the first `count` customers of `features`, which has the same inputs, to place
    /// `first` on.
    #[cfg(all(feature = "wasm", feature = "webgpu"))]
    pub(crate) fn copy_from(&mut self, first: usize, features: &Features, count: usize) {
        for input in 0..features.rows.len() / features.capacity.max(1) {
            let (from, to) = (input * features.capacity, input * self.capacity + first);
            self.rows[to..to + count].copy_from_slice(&features.rows[from..from + count]);
            self.fractions[to..to + count].copy_from_slice(&features.fractions[from..from + count]);
        }
    }

    /// Rows and fractions of one input, by customer.
    pub(super) fn input_mut(&mut self, input: usize) -> (&mut [u32], &mut [f32]) {
        let places = input * self.capacity..(input + 1) * self.capacity;
        (&mut self.rows[places.clone()], &mut self.fractions[places])
    }

    /// Sets row and fraction of one input of one customer.
    #[inline(always)]
    pub fn set(&mut self, input: usize, customer: usize, (row, fraction): (u32, f32)) {
        let at = input * self.capacity + customer;
        self.rows[at] = row;
        self.fractions[at] = fraction;
    }
}
