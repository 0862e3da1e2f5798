//! The matrix product of the training steps, by the crate `gemm`: it knows AVX-512, with which it is
//! twice as fast as the product of `ndarray`.

use gemm::{Parallelism, gemm};
use ndarray::{Array2, ArrayView2};

/// `a b`, added to what `out` holds if `add`, and in its place otherwise.
///
/// It uses one thread: members and batches already run side by side.
///
/// # Panics
///
/// Panics unless `a` is `[rows, inner]`, `b` is `[inner, columns]` and `out` is `[rows, columns]`.
#[expect(unsafe_code, reason = "gemm takes pointers and strides; the views are theirs, and the shapes are checked")]
pub(super) fn product(a: ArrayView2<f32>, b: ArrayView2<f32>, out: &mut Array2<f32>, add: bool) {
    let ((rows, inner), columns) = (a.dim(), b.ncols());
    assert!(b.nrows() == inner && out.dim() == (rows, columns), "shapes {:?} {:?} {:?}", a.dim(), b.dim(), out.dim());
    let (a_row, a_column) = (a.strides()[0], a.strides()[1]);
    let (b_row, b_column) = (b.strides()[0], b.strides()[1]);
    let (out_row, out_column) = (out.strides()[0], out.strides()[1]);
    // SAFETY: the shapes fit, each pointer and its strides are of one view that lives as long as the
    // call, and nothing else refers to `out`, which is borrowed mutably.
    unsafe {
        gemm(
            rows,
            columns,
            inner,
            out.as_mut_ptr(),
            out_column,
            out_row,
            add,
            a.as_ptr(),
            a_column,
            a_row,
            b.as_ptr(),
            b_column,
            b_row,
            1.0,
            1.0,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_numbers::uniform;
    use super::*;

    /// Of every shape up to some blocks of the kernels, empty ones among them, and of both orders.
    #[test]
    fn it_is_the_sum_of_products() {
        const SIZES: [usize; 6] = [0, 1, 3, 16, 17, 65];
        let mut draw = uniform(7);
        for shape in 0..SIZES.len().pow(3) {
            let [rows, inner, columns] = [1, 6, 36].map(|step| SIZES[shape / step % SIZES.len()]);
            let a = Array2::from_shape_simple_fn((rows, inner), &mut draw);
            let b = Array2::from_shape_simple_fn((inner, columns), &mut draw);
            // The same numbers, column by column.
            let (a_turned, b_turned) =
                (a.t().as_standard_layout().into_owned(), b.t().as_standard_layout().into_owned());
            for (a_view, b_view, add) in [
                (a.view(), b.view(), false),
                (a_turned.t(), b.view(), false),
                (a.view(), b_turned.t(), true),
                (a_turned.t(), b_turned.t(), true),
            ] {
                let mut out = Array2::from_elem((rows, columns), 0.5);
                product(a_view, b_view, &mut out, add);
                for ((row, column), &given) in out.indexed_iter() {
                    let sum: f64 = (0..inner).map(|at| f64::from(a[(row, at)]) * f64::from(b[(at, column)])).sum();
                    let expected = sum + if add { 0.5 } else { 0.0 };
                    assert!((f64::from(given) - expected).abs() < 1e-4, "{rows} {inner} {columns}: {given} {expected}");
                }
            }
        }
    }

    #[test]
    #[should_panic(expected = "shapes")]
    fn other_shapes_are_refused() {
        product(Array2::zeros((2, 3)).view(), Array2::zeros((2, 3)).view(), &mut Array2::zeros((2, 3)), false);
    }
}
