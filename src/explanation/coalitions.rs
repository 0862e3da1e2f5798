//! Which coalitions a sampled game evaluates: pairs of a coalition and its complement, by size,
//! without replacement.
//!
//! A pair is named by its smaller half. Every size from 1 to half the players gets about the same
//! number of pairs, because the leverage scores of Shapley's regression are spread in this way
//! (Musco and Witter 2024, "Provably accurate Shapley value estimation via leverage score
//! sampling", arXiv 2410.01917, section 3). No size gets more pairs than it has: small sizes are
//! soon evaluated in full, and then add no error.

use super::Random;

/// Pairs are drawn without replacement from a size that has less than this number of pairs for each
/// one drawn. In a larger size, a pair is rarely drawn twice, and that costs only an evaluation.
const ENUMERATED: f64 = 16.0;

/// Pairs, stratum by stratum.
#[derive(Debug, Default)]
pub(super) struct Coalitions {
    pub strata: Vec<Stratum>,
    /// Members of the smaller halves, one after another.
    members: Vec<u16>,
}

/// The pairs of one size.
#[derive(Debug)]
pub(super) struct Stratum {
    /// Members of the smaller half.
    pub size: usize,
    /// Pairs drawn.
    pub count: usize,
    /// Weight of a pair in Shapley's regression, so that the sample stands for the whole size.
    pub weight: f64,
    /// Share of the size's pairs that were not drawn.
    pub unseen: f64,
    /// Where its members begin.
    first: usize,
}

impl Coalitions {
    /// About `count` pairs (at least one) of a game of 2 players or more.
    pub(super) fn draw(players: usize, count: usize, random: &mut Random) -> Coalitions {
        let sizes = sizes(players);
        let expected = allocate(players, &sizes, count as f64);
        let mut coalitions = Coalitions::default();
        let mut shuffled: Vec<u16> = (0..players as u16).collect();
        // The remainder is carried from size to size and starts at random. So every size gets its
        // expectation on average, and the total is the expected one, rounded.
        let mut carry = random.fraction();
        for ((size, &pairs), expected) in (1..).zip(&sizes).zip(expected) {
            carry += expected;
            let drawn = (carry as usize).min(pairs.min(1e9) as usize);
            carry -= drawn as f64;
            if drawn == 0 {
                continue;
            }
            // The kernel weight of a coalition, (n - 1) / (C(n, s) s (n - s)), added up over the
            // size.
            let halves = if 2 * size == players { 1.0 } else { 2.0 };
            let total = halves * (players - 1) as f64 / (size * (players - size)) as f64;
            // A size that expects less than one pair often gets none. When it gets one, dividing
            // by the expectation makes up for that.
            let weight = total / if expected < 1.0 { expected } else { drawn as f64 };
            let first = coalitions.members.len();
            let enumerated = pairs < ENUMERATED * drawn as f64;
            let unseen = if enumerated { 1.0 - drawn as f64 / pairs } else { 1.0 };
            coalitions.strata.push(Stratum { size, count: drawn, weight, unseen, first });
            if enumerated {
                coalitions.select(players, size, drawn, pairs, random);
            } else {
                for _ in 0..drawn {
                    coalitions.shuffle(&mut shuffled, size, random);
                }
            }
        }
        coalitions
    }

    /// Pairs drawn.
    pub(super) fn count(&self) -> usize {
        self.strata.iter().map(|stratum| stratum.count).sum()
    }

    /// The smaller halves of a stratum.
    pub(super) fn of(&self, stratum: &Stratum) -> impl Iterator<Item = &[u16]> {
        self.members[stratum.first..][..stratum.count * stratum.size].chunks_exact(stratum.size)
    }

    /// All smaller halves. Boxed, so that the download has the code of `next` once, not in every
    /// loop.
    pub(super) fn iter(&self) -> Box<dyn Iterator<Item = &[u16]> + '_> {
        Box::new(self.strata.iter().flat_map(|stratum| self.of(stratum)))
    }

    /// Selects exactly `drawn` of all pairs, all equally likely: goes through the pairs and takes
    /// each with probability wanted / left (Knuth, The Art of Computer Programming 2, section
    /// 3.4.2, algorithm S).
    fn select(&mut self, players: usize, size: usize, drawn: usize, pairs: f64, random: &mut Random) {
        let (mut wanted, mut left) = (drawn as f64, pairs);
        let mut members: Vec<u16> = (0..size as u16).collect();
        loop {
            if random.fraction() * left < wanted {
                self.members.extend_from_slice(&members);
                wanted -= 1.0;
            }
            left -= 1.0;
            // The next in lexicographic order. Of two halves of the same size, the first is the one
            // with player 0, and those all come before the others.
            let last = |at: usize| (players - size + at) as u16;
            let Some(at) = (0..size).rev().find(|&at| members[at] < last(at)) else { break };
            if wanted < 0.5 {
                break;
            }
            members[at] += 1;
            for next in at + 1..size {
                members[next] = members[next - 1] + 1;
            }
        }
    }

    /// Draws a coalition of this size, all equally likely.
    fn shuffle(&mut self, players: &mut [u16], size: usize, random: &mut Random) {
        for at in 0..size {
            let other = at + random.below((players.len() - at) as u32) as usize;
            players.swap(at, other);
        }
        let first = self.members.len();
        self.members.extend_from_slice(&players[..size]);
        // Games expect the members in order. A library sort would be more code to download.
        let members = &mut self.members[first..];
        for at in 1..size {
            let mut at = at;
            while at > 0 && members[at - 1] > members[at] {
                members.swap(at - 1, at);
                at -= 1;
            }
        }
    }
}

/// Pairs of every size from 1 to half the players.
fn sizes(players: usize) -> Vec<f64> {
    let mut binomial = 1.0;
    let count = |size: usize| {
        binomial *= (players + 1 - size) as f64 / size as f64;
        // From about a thousand players on, there are more than f64 can count.
        (if 2 * size == players { binomial / 2.0 } else { binomial }).round().min(f64::MAX)
    };
    (1..=players / 2).map(count).collect()
}

/// The expected number of pairs of every size. All sizes get the same number, except that half the
/// players gets half as many, because both halves of its pairs have this size. No size gets more
/// than it has.
fn allocate(players: usize, sizes: &[f64], count: f64) -> Vec<f64> {
    let (mut left, mut coalitions) = (count, (players - 1) as f64);
    // Larger sizes have more pairs, so what a small one cannot use goes to those after it.
    let share = |(size, &pairs): (usize, &f64)| {
        let halves = if 2 * size == players { 1.0 } else { 2.0 };
        let share = pairs.min(left * halves / coalitions);
        left -= share;
        coalitions -= halves;
        share
    };
    (1..).zip(sizes).map(share).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn small_sizes_are_drawn_whole_and_nothing_twice() {
        for players in 2..=9 {
            let all = (1 << (players - 1)) - 1;
            let coalitions = Coalitions::draw(players, all, &mut Random::new(1));
            let distinct: BTreeSet<&[u16]> = coalitions.iter().collect();
            assert_eq!((distinct.len(), coalitions.count()), (all, all), "{players} players");
            assert!(coalitions.strata.iter().all(|stratum| stratum.unseen == 0.0));
            // Of a pair only one half.
            for half in &distinct {
                let other: Vec<u16> = (0..players as u16).filter(|player| !half.contains(player)).collect();
                assert!(!distinct.contains(other.as_slice()));
            }
        }
        let coalitions = Coalitions::draw(12, 100, &mut Random::new(2));
        let distinct: BTreeSet<&[u16]> = coalitions.iter().collect();
        assert_eq!(distinct.len(), coalitions.count());
        assert_eq!((coalitions.strata[0].count, coalitions.strata[0].unseen), (12, 0.0));
    }

    #[test]
    fn every_player_is_drawn_as_often_as_another() {
        let mut random = Random::new(5);
        let mut joined = [0.0; 20];
        for _ in 0..300 {
            let coalitions = Coalitions::draw(20, 40, &mut random);
            for stratum in &coalitions.strata {
                for members in coalitions.of(stratum) {
                    assert!(members.windows(2).all(|pair| pair[0] < pair[1]));
                    members.iter().for_each(|&player| joined[player as usize] += stratum.weight / stratum.size as f64);
                }
            }
        }
        let mean = joined.iter().sum::<f64>() / 20.0;
        assert!(joined.iter().all(|joined| (joined / mean - 1.0).abs() < 0.1), "{joined:?}");
    }

    #[test]
    fn weights_stand_for_the_whole_regression() {
        // Over all coalitions the kernel weights add up to Σ (n - 1) / (s (n - s)).
        let mut random = Random::new(9);
        for (players, count) in [(7, 20), (60, 12), (61, 300)] {
            let whole: f64 = (1..players).map(|size| (players - 1) as f64 / (size * (players - size)) as f64).sum();
            let drawn = |random: &mut Random| {
                let strata = Coalitions::draw(players, count, random).strata;
                strata.iter().map(|stratum| stratum.weight * stratum.count as f64).sum::<f64>()
            };
            let mean = (0..400).map(|_| drawn(&mut random)).sum::<f64>() / 400.0;
            assert!((mean / whole - 1.0).abs() < 0.1, "{players} players, {count} pairs: {mean} {whole}");
        }
    }
}
