//! What a report leaves out when it is shared: the figures of fewer than [`MINIMUM_CUSTOMERS`]
//! customers.

use tenure::schema::MINIMUM_CUSTOMERS;

use super::influence::Influence;
use super::report::{ModelFigures, Report};
use crate::stored::may_be_told;

const LEAST: usize = MINIMUM_CUSTOMERS as usize;

impl Report {
    /// The report without the figures of too few customers. The figures of the table are made so
    /// when they are measured.
    pub(super) fn shared(mut self) -> Report {
        self.influence = self.influence.filter(|influence| influence.explained >= LEAST).map(Influence::shared);
        self.models.iter_mut().for_each(ModelFigures::share);
        self
    }
}

impl ModelFigures {
    fn share(&mut self) {
        let histogram = &mut self.histogram;
        for (left, stayed) in histogram.left.iter_mut().zip(&mut histogram.stayed) {
            if !may_be_told(*left + *stayed) {
                (*left, *stayed) = (0, 0);
            }
        }
        self.reliability.retain(|bin| may_be_told(bin.rows));
        self.tiers.retain(|tier| may_be_told(tier.rows));
        for confusion in &mut self.confusions {
            *confusion = confusion.filter(|cells| {
                let contacted = cells.true_positives + cells.false_positives;
                let others = cells.true_negatives + cells.false_negatives;
                may_be_told(contacted as usize) && may_be_told(others as usize)
            });
        }
    }
}

impl Influence {
    /// Without what is of one customer each: which rows were explained, and their contributions.
    fn shared(mut self) -> Influence {
        self.rows.clear();
        for field in &mut self.fields {
            field.contributions.clear();
            field.ranks.clear();
        }
        self
    }
}
