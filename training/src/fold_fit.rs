//! A dense network that is fitted to one fold, for the measurements that cross-validate one.

use tenure::encoding::EncoderParams;

use crate::cohort::Cohort;
use crate::fit::{Control, FitConfig, FitOptions, Fitted, fit, logits};
use crate::observer::Observer;
use crate::split::Fold;
use crate::train::{Encoded, TrainError};

/// The network of a fold with its encoder.
pub(crate) struct FoldFit {
    encoded: Encoded,
    pub(crate) fitted: Fitted,
    options: FitOptions,
}

impl FoldFit {
    /// Fits to the fold's rows; its validation rows stop the fit, and so does the observer.
    pub(crate) fn new(
        config: &FitConfig,
        cohort: &Cohort,
        fold: &Fold,
        observer: &dyn Observer,
    ) -> Result<FoldFit, TrainError> {
        let encoded = Encoded::fit(&EncoderParams::default(), cohort, &fold.fit)?;
        let options = FitOptions::default();
        let (train, validation) = (encoded.subset(&fold.fit), encoded.subset(&fold.validation));
        let control = &mut |_: &_| if observer.is_stopped() { Control::Stop } else { Control::Continue };
        let fitted = fit(config, &train, &validation, &options, control)?;
        Ok(FoldFit { encoded, fitted, options })
    }

    /// The logits of some rows of the cohort, in the order of `rows`.
    pub(crate) fn logits(&self, rows: &[u32]) -> Vec<f64> {
        let logits = logits(&self.fitted.network, &self.encoded.subset(rows), &self.options.device);
        logits.into_iter().map(f64::from).collect()
    }
}
