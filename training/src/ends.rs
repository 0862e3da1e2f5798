//! The ends of a number that a network reads as it is.
//!
//! A fitted encoder ends at quantiles, and values beyond count as the nearer end. A network that somebody
//! else trained knows no such ends, so its numbers end where hardly any customer is. An end is the bound that
//! the schema's author states, if it lies within 1,000 standard deviations of the mean. Otherwise it is the
//! mean of all customers less or plus [`DEVIATIONS`] standard deviations. Neither says anything of a single
//! customer: the bound is in the schema anyway, and the mean is a statistic of all.

use tenure::schema::{Field, MINIMUM_CUSTOMERS};

/// Standard deviations from the mean to an end.
pub const DEVIATIONS: f64 = 20.0;

/// Standard deviations from the mean to the farthest bound that is an end. Farther out, the weights of a
/// straight line would be larger than those of any artifact, as of an amount of at most a billion.
const FARTHEST: f64 = 50.0 * DEVIATIONS;

/// The least values that have a mean.
const LEAST: usize = MINIMUM_CUSTOMERS as usize;

/// What an end is that was put around the fitted knots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The schema's `minimum` or `maximum`.
    Bound,
    /// So many standard deviations from the mean.
    Far,
}

/// The ends of one column.
#[derive(Clone, Debug, PartialEq)]
pub struct Ends {
    /// `None` where too few values are known.
    far: [Option<f32>; 2],
    bounds: [Option<f32>; 2],
}

impl Ends {
    /// The ends of a column with these known values, ascending; `field` has the bounds, and is none for a
    /// derived feature.
    pub fn of(values: &[f32], field: Option<&Field>) -> Ends {
        let far = far(values);
        let is_near = |bound: f64| {
            far.is_none_or(|[low, high]| {
                let (middle, half) = (f64::from(low + high) / 2.0, f64::from(high - low) / 2.0);
                (bound - middle).abs() <= FARTHEST / DEVIATIONS * half
            })
        };
        let stated = |bound: f64, none: f64| (bound != none && is_near(bound)).then_some(bound as f32);
        let bounds = field.and_then(Field::bounds);
        let bounds = bounds.map_or([None; 2], |(low, high)| [stated(low, f64::MIN), stated(high, f64::MAX)]);
        Ends { far: far.map_or([None; 2], |far| far.map(Some)), bounds }
    }

    /// Low and high end; `None` where neither a bound is stated nor enough values are known.
    pub fn pair(&self) -> Option<[f32; 2]> {
        let end = |side: usize| self.bounds[side].or(self.far[side]);
        let pair = [end(0)?, end(1)?];
        (pair[0] < pair[1] && pair[0].is_finite() && pair[1].is_finite()).then_some(pair)
    }

    /// What the lowest (0) or highest (1) knot is, if it is such an end.
    pub fn which(&self, side: usize, knot: f32) -> Option<End> {
        if self.bounds[side] == Some(knot) {
            return Some(End::Bound);
        }
        (self.far[side] == Some(knot)).then_some(End::Far)
    }

    /// The knots without ends that were put around them. `values` are those of the column, ascending: a bound
    /// that enough customers reach is a fitted knot as well.
    pub fn inner<'a>(&self, knots: &'a [f32], values: &[f32]) -> &'a [f32] {
        let reach = |side: usize, knot: f32| match side {
            0 => values.partition_point(|&value| value <= knot),
            _ => values.len() - values.partition_point(|&value| value < knot),
        };
        let is_put = |side: usize, knot: f32| self.which(side, knot).is_some() && reach(side, knot) < LEAST;
        let mut inner = knots;
        if let [first, rest @ ..] = inner
            && is_put(0, *first)
        {
            inner = rest;
        }
        if let [rest @ .., last] = inner
            && is_put(1, *last)
        {
            inner = rest;
        }
        inner
    }
}

/// The mean less and plus [`DEVIATIONS`] standard deviations, each to three digits; none is the value of a
/// few customers.
fn far(values: &[f32]) -> Option<[f32; 2]> {
    if values.len() < LEAST {
        return None;
    }
    let count = values.len() as f64;
    let mean = values.iter().copied().map(f64::from).sum::<f64>() / count;
    let variance = values.iter().map(|&value| (f64::from(value) - mean).powi(2)).sum::<f64>() / count;
    // A column of one value has ends around it too.
    let spread = if variance > 0.0 { variance.sqrt() } else { mean.abs().max(1.0) };
    let (mean, half) = (short(mean), short(DEVIATIONS * spread));
    let end = |side: f64| {
        let of_few = |end: f64| {
            let narrow = end as f32;
            let below = values.partition_point(|&value| value < narrow);
            (1..LEAST).contains(&(values.partition_point(|&value| value <= narrow) - below))
        };
        let mut end = mean + side * half;
        while of_few(end) {
            end += side * half / 100.0;
        }
        end as f32
    };
    Some([end(-1.0), end(1.0)])
}

/// To three digits.
fn short(number: f64) -> f64 {
    format!("{number:.2e}").parse().unwrap_or(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tenure::schema::Schema;

    fn field(more: &str) -> Field {
        let text = format!(
            "schema_version = 1\nname = \"x\"\ntarget = {{ field = \"y\", positive = \"1\" }}\n\
             fields = [{{ name = \"x\", kind = \"number\"{more} }}]"
        );
        toml::from_str::<Schema>(&text).unwrap().fields.swap_remove(0)
    }

    #[test]
    fn ends_are_bounds_or_far_out() {
        // Mean 49.5, deviation 28.87.
        let values: Vec<f32> = (0..100u8).map(f32::from).collect();
        let ends = Ends::of(&values, Some(&field("")));
        assert_eq!(ends.pair(), Some([-527.5, 626.5]));
        let ends = Ends::of(&values, Some(&field(", minimum = 0")));
        assert_eq!(ends.pair(), Some([0.0, 626.5]));
        assert_eq!(
            [ends.which(0, 0.0), ends.which(1, 626.5), ends.which(0, 626.5)],
            [Some(End::Bound), Some(End::Far), None]
        );
        assert_eq!(ends.inner(&[0.0, 20.0, 80.0, 626.5], &values), [20.0, 80.0]);
        // A knot that enough customers reach stays.
        assert_eq!(ends.inner(&[0.0, 20.0], &[0.0; 20]), [0.0, 20.0]);
        assert_eq!(Ends::of(&values[..19], Some(&field(", minimum = 0"))).pair(), None);
        assert_eq!(Ends::of(&[], Some(&field(", minimum = 0, maximum = 3"))).pair(), Some([0.0, 3.0]));
        // A bound that is farther out than any weight may be is none.
        let ends = Ends::of(&values, Some(&field(", minimum = 0, maximum = 1e9")));
        assert_eq!(ends.pair(), Some([0.0, 626.5]));
        assert_eq!(Ends::of(&[5.0; 30], None).pair(), Some([-95.0, 105.0]));
    }

    #[test]
    fn no_end_is_the_value_of_a_few_customers() {
        // One customer has the very end, whose place that value moves by less than a digit.
        let values = |far: f32| -> Vec<f32> {
            let mut values: Vec<f32> = (0..200_000u32).map(|value| (value % 100) as f32).collect();
            values.push(far);
            values.sort_unstable_by(f32::total_cmp);
            values
        };
        let [_, end] = Ends::of(&values(0.0), None).pair().unwrap();
        let moved = Ends::of(&values(end), None).pair().unwrap()[1];
        assert!(moved > end && moved < 1.02 * end, "{end} {moved}");
    }
}
