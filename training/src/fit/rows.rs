//! The rows that a fit reads, a few at a time.

/// Rows that are evaluated at once; more would only use more memory.
pub(super) const EVALUATION_ROWS: usize = 1024;

/// Labelled rows that write the dense feature vectors of a mini-batch when they are asked for, so
/// that a table of any length is never expanded at once.
pub trait DenseRows {
    /// One label for each row; true is the positive class.
    fn labels(&self) -> &[bool];
    /// The probability of the positive class that the logit of a row is fitted to. Without a
    /// teacher it is the label.
    fn target(&self, row: usize) -> f32 {
        if self.labels()[row] { 1.0 } else { 0.0 }
    }
    /// Columns of the dense feature vector.
    fn columns(&self) -> usize;
    /// Columns of each input of the dense feature vector, in order.
    fn inputs(&self) -> Vec<usize> {
        vec![1; self.columns()]
    }
    /// Writes the feature vectors of the rows `indices`, one after another, into `out`
    /// (`indices.len() × columns` zeros when it is called).
    fn write(&self, indices: &[usize], out: &mut [f32]);
    /// The numbers of a row as trees read it.
    fn value_count(&self) -> usize {
        self.columns()
    }
    /// Writes a row as trees read it into `out`, NaN where something is missing. Without more, they
    /// read the columns.
    fn values(&self, row: usize, out: &mut [f32]) {
        self.write(&[row], out);
    }
}

/// The feature vectors of the rows `indices`, one after another.
pub(crate) fn features(rows: &dyn DenseRows, indices: &[usize]) -> Vec<f32> {
    let mut values = vec![0.0; indices.len() * rows.columns()];
    rows.write(indices, &mut values);
    values
}
