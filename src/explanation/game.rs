//! A game: a function from coalitions to numbers.

/// A game that can be evaluated block by block. Functions take `dyn Game`, so that the download has
/// one copy of each. A block costs far more than the call.
pub trait Game {
    /// How many players there are.
    fn players(&self) -> usize;

    /// Writes the values of the coalitions `first .. first + values.len()`; bit i of a coalition's
    /// number says that player i has joined. The length is 2^players, or 2^8 if that is less, and
    /// divides `first`.
    fn values(&mut self, first: usize, values: &mut [f32]);
}

/// Number of lower players. A block has one coalition for every subset of them, and the upper
/// players are the same in all. Its values fit in the first-level cache.
pub(super) const BLOCK_PLAYERS: usize = 8;
pub(super) const BLOCK: usize = 1 << BLOCK_PLAYERS;

/// A game of any number of players whose coalitions can be evaluated one by one.
pub trait SampledGame: Game {
    /// The values of two coalitions, given by their members in ascending order, each followed by
    /// the value of its complement. With `learn`, the game also records its slopes there, for
    /// [`SampledGame::guess`].
    fn pairs(&mut self, members: [&[u16]; 2], learn: bool) -> [f32; 4];

    /// A guess of the shares from the slopes recorded so far, one for each player. It need not be
    /// good.
    fn guess(&mut self) -> Vec<f64>;
}

/// The largest game whose coalitions are all evaluated, whatever the budget: 2^26 evaluations take
/// about a second.
pub const MAXIMUM_PLAYERS: usize = 26;

/// A game given by all its values.
#[derive(Clone, Debug)]
pub struct Table(pub Vec<f32>);

impl Game for Table {
    fn players(&self) -> usize {
        self.0.len().trailing_zeros() as usize
    }

    fn values(&mut self, first: usize, values: &mut [f32]) {
        values.copy_from_slice(&self.0[first..first + values.len()]);
    }
}
