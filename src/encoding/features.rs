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

    /// Sets row and fraction of one input of one customer.
    #[inline(always)]
    pub fn set(&mut self, input: usize, customer: usize, (row, fraction): (u32, f32)) {
        let at = input * self.capacity + customer;
        self.rows[at] = row;
        self.fractions[at] = fraction;
    }
}
