//! What rust-analyzer sees of ndarray in a warm kernel: signatures without bodies.
//!
//! rustc compiles every cell against the real crate; `lab/signatures.py` compiles a call of each
//! function below against the real one, so that the two cannot drift apart. One function a line.

use std::marker::PhantomData;

pub mod prelude {
    pub use super::{Array, Array1, Array2, Array3, ArrayBase, ArrayView, ArrayView1, ArrayView2, ArrayViewMut, ArrayViewMut1, ArrayViewMut2, Axis, Dim, Dimension, Ix1, Ix2, Ix3};
    pub use crate::{array, s};
}
pub use crate::{array, s};

pub trait RawData { type Elem; }
pub trait Data: RawData {}
pub trait DataMut: Data {}

#[derive(Clone, Debug)] pub struct OwnedRepr<A>(PhantomData<A>);
#[derive(Clone, Copy, Debug)] pub struct ViewRepr<A>(PhantomData<A>);
impl<A> RawData for OwnedRepr<A> { type Elem = A; }
impl<A> Data for OwnedRepr<A> {}
impl<A> DataMut for OwnedRepr<A> {}
impl<'a, A> RawData for ViewRepr<&'a A> { type Elem = A; }
impl<'a, A> Data for ViewRepr<&'a A> {}
impl<'a, A> RawData for ViewRepr<&'a mut A> { type Elem = A; }
impl<'a, A> Data for ViewRepr<&'a mut A> {}
impl<'a, A> DataMut for ViewRepr<&'a mut A> {}

#[derive(Clone, Copy, Debug, PartialEq, Eq)] pub struct Dim<I: ?Sized> { index: I }
pub type Ix = usize;
pub type Ix0 = Dim<[usize; 0]>;
pub type Ix1 = Dim<[usize; 1]>;
pub type Ix2 = Dim<[usize; 2]>;
pub type Ix3 = Dim<[usize; 3]>;
#[derive(Clone, Copy, Debug, PartialEq, Eq)] pub struct Axis(pub usize);

pub trait Dimension { type Pattern; type Smaller: Dimension; type Larger: Dimension; }
pub trait RemoveAxis: Dimension {}
impl Dimension for Dim<[usize; 0]> { type Pattern = (); type Smaller = Self; type Larger = Ix1; }
impl Dimension for Dim<[usize; 1]> { type Pattern = usize; type Smaller = Ix0; type Larger = Ix2; }
impl Dimension for Dim<[usize; 2]> { type Pattern = (usize, usize); type Smaller = Ix1; type Larger = Ix3; }
impl Dimension for Dim<[usize; 3]> { type Pattern = (usize, usize, usize); type Smaller = Ix2; type Larger = Ix3; }
impl RemoveAxis for Dim<[usize; 1]> {}
impl RemoveAxis for Dim<[usize; 2]> {}
impl RemoveAxis for Dim<[usize; 3]> {}
pub trait IntoDimension { type Dim: Dimension; }
impl IntoDimension for usize { type Dim = Ix1; }
impl IntoDimension for (usize, usize) { type Dim = Ix2; }
impl IntoDimension for (usize, usize, usize) { type Dim = Ix3; }
impl IntoDimension for [usize; 1] { type Dim = Ix1; }
impl IntoDimension for [usize; 2] { type Dim = Ix2; }
impl IntoDimension for [usize; 3] { type Dim = Ix3; }
impl<D: Dimension> IntoDimension for D { type Dim = D; }

#[derive(Debug)] pub struct ShapeError(());
impl std::fmt::Display for ShapeError { fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { loop {} } }
impl std::error::Error for ShapeError {}

pub struct ArrayBase<S: RawData, D, A = <S as RawData>::Elem>(PhantomData<(S, D, A)>);
impl<S: RawData + Clone, D: Clone> Clone for ArrayBase<S, D> { fn clone(&self) -> Self { loop {} } }
impl<S: Data, D: Dimension> std::fmt::Debug for ArrayBase<S, D> { fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { loop {} } }
impl<S: Data, D: Dimension> std::fmt::Display for ArrayBase<S, D> { fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { loop {} } }
pub struct ArrayRef<A, D>(PhantomData<(A, D)>);
pub type Array<A, D> = ArrayBase<OwnedRepr<A>, D>;
pub type Array0<A> = Array<A, Ix0>;
pub type Array1<A> = Array<A, Ix1>;
pub type Array2<A> = Array<A, Ix2>;
pub type Array3<A> = Array<A, Ix3>;
pub type ArrayView<'a, A, D> = ArrayBase<ViewRepr<&'a A>, D>;
pub type ArrayView1<'a, A> = ArrayView<'a, A, Ix1>;
pub type ArrayView2<'a, A> = ArrayView<'a, A, Ix2>;
pub type ArrayViewMut<'a, A, D> = ArrayBase<ViewRepr<&'a mut A>, D>;
pub type ArrayViewMut1<'a, A> = ArrayViewMut<'a, A, Ix1>;
pub type ArrayViewMut2<'a, A> = ArrayViewMut<'a, A, Ix2>;

impl<A: Clone> ArrayBase<OwnedRepr<A>, Ix1> {
    pub fn from_vec(v: Vec<A>) -> Array1<A> { loop {} }
    pub fn to_vec(&self) -> Vec<A> { loop {} }
}
impl ArrayBase<OwnedRepr<f64>, Ix1> {
    pub fn linspace(start: f64, end: f64, n: usize) -> Array1<f64> { loop {} }
    pub fn logspace(base: f64, start: f64, end: f64, n: usize) -> Array1<f64> { loop {} }
    pub fn zeros<Sh: IntoDimension<Dim = Ix1>>(shape: Sh) -> Array1<f64> { loop {} }
    pub fn ones<Sh: IntoDimension<Dim = Ix1>>(shape: Sh) -> Array1<f64> { loop {} }
}
impl ArrayBase<OwnedRepr<f64>, Ix2> {
    pub fn eye(n: usize) -> Array2<f64> { loop {} }
    pub fn zeros<Sh: IntoDimension<Dim = Ix2>>(shape: Sh) -> Array2<f64> { loop {} }
    pub fn ones<Sh: IntoDimension<Dim = Ix2>>(shape: Sh) -> Array2<f64> { loop {} }
}
impl<A: Clone> ArrayBase<OwnedRepr<A>, Ix2> {
    pub fn nrows(&self) -> usize { loop {} }
    pub fn ncols(&self) -> usize { loop {} }
    pub fn row(&self, index: usize) -> ArrayView1<'_, A> { loop {} }
    pub fn column(&self, index: usize) -> ArrayView1<'_, A> { loop {} }
    pub fn diag(&self) -> ArrayView1<'_, A> { loop {} }
}
impl<A, D: Dimension> ArrayBase<OwnedRepr<A>, D> {
    pub fn from_shape_fn<Sh: IntoDimension<Dim = D>, F: FnMut(D::Pattern) -> A>(shape: Sh, f: F) -> Array<A, D> { loop {} }
}
impl<A: Clone, D: Dimension> ArrayBase<OwnedRepr<A>, D> {
    pub fn from_elem<Sh: IntoDimension<Dim = D>>(shape: Sh, elem: A) -> Array<A, D> { loop {} }
    pub fn from_shape_vec<Sh: IntoDimension<Dim = D>>(shape: Sh, v: Vec<A>) -> Result<Array<A, D>, ShapeError> { loop {} }
    pub fn view(&self) -> ArrayView<'_, A, D> { loop {} }
    pub fn view_mut(&mut self) -> ArrayViewMut<'_, A, D> { loop {} }
    pub fn t(&self) -> ArrayView<'_, A, D> { loop {} }
    pub fn reversed_axes(self) -> Array<A, D> { loop {} }
    pub fn fill(&mut self, x: A) { loop {} }
    pub fn mapv_inplace<F: FnMut(A) -> A>(&mut self, f: F) { loop {} }
}
impl<A: Clone, S: Data<Elem = A>, D: Dimension> ArrayBase<S, D> {
    pub fn len(&self) -> usize { loop {} }
    pub fn is_empty(&self) -> bool { loop {} }
    pub fn ndim(&self) -> usize { loop {} }
    pub fn shape(&self) -> &[usize] { loop {} }
    pub fn dim(&self) -> D::Pattern { loop {} }
    pub fn to_owned(&self) -> Array<A, D> { loop {} }
    pub fn iter(&self) -> iter::Iter<'_, A, D> { loop {} }
    pub fn map<'a, B, F: FnMut(&'a A) -> B>(&'a self, f: F) -> Array<B, D> where A: 'a { loop {} }
    pub fn mapv<B, F: FnMut(A) -> B>(&self, f: F) -> Array<B, D> { loop {} }
    pub fn as_slice(&self) -> Option<&[A]> { loop {} }
    pub fn len_of(&self, axis: Axis) -> usize { loop {} }
}
impl<S: Data<Elem = f64>, D: Dimension> ArrayBase<S, D> {
    pub fn sum(&self) -> f64 { loop {} }
    pub fn product(&self) -> f64 { loop {} }
    pub fn mean(&self) -> Option<f64> { loop {} }
    pub fn std(&self, ddof: f64) -> f64 { loop {} }
    pub fn var(&self, ddof: f64) -> f64 { loop {} }
    pub fn abs(&self) -> Array<f64, D> { loop {} }
    pub fn exp(&self) -> Array<f64, D> { loop {} }
    pub fn ln(&self) -> Array<f64, D> { loop {} }
    pub fn sqrt(&self) -> Array<f64, D> { loop {} }
    pub fn tanh(&self) -> Array<f64, D> { loop {} }
    pub fn powi(&self, n: i32) -> Array<f64, D> { loop {} }
}
impl<S: Data<Elem = f64>, D: Dimension + RemoveAxis> ArrayBase<S, D> {
    pub fn sum_axis(&self, axis: Axis) -> Array<f64, D::Smaller> { loop {} }
    pub fn mean_axis(&self, axis: Axis) -> Option<Array<f64, D::Smaller>> { loop {} }
    pub fn std_axis(&self, axis: Axis, ddof: f64) -> Array<f64, D::Smaller> { loop {} }
    pub fn var_axis(&self, axis: Axis, ddof: f64) -> Array<f64, D::Smaller> { loop {} }
    pub fn index_axis(&self, axis: Axis, index: usize) -> ArrayView<'_, f64, D::Smaller> { loop {} }
}

impl<S1: Data<Elem = f64>> ArrayBase<S1, Ix2> {
    pub fn dot<Rhs: ?Sized>(&self, rhs: &Rhs) -> <ArrayRef<f64, Ix2> as linalg::Dot<Rhs>>::Output where ArrayRef<f64, Ix2>: linalg::Dot<Rhs> { loop {} }
}
impl<S1: Data<Elem = f64>> ArrayBase<S1, Ix1> {
    pub fn dot<Rhs: ?Sized>(&self, rhs: &Rhs) -> <ArrayRef<f64, Ix1> as linalg::Dot<Rhs>>::Output where ArrayRef<f64, Ix1>: linalg::Dot<Rhs> { loop {} }
}
pub mod linalg {
    use super::*;
    pub trait Dot<Rhs: ?Sized> { type Output; }
    impl<S: Data<Elem = f64>> Dot<ArrayBase<S, Ix2>> for ArrayRef<f64, Ix2> { type Output = Array2<f64>; }
    impl<S: Data<Elem = f64>> Dot<ArrayBase<S, Ix1>> for ArrayRef<f64, Ix2> { type Output = Array1<f64>; }
    impl<S: Data<Elem = f64>> Dot<ArrayBase<S, Ix1>> for ArrayRef<f64, Ix1> { type Output = f64; }
    impl<S: Data<Elem = f64>> Dot<ArrayBase<S, Ix2>> for ArrayRef<f64, Ix1> { type Output = Array1<f64>; }
}
pub mod iter {
    use std::marker::PhantomData;
    pub struct Iter<'a, A, D>(PhantomData<(&'a A, D)>);
    impl<'a, A, D> Iterator for Iter<'a, A, D> { type Item = &'a A; fn next(&mut self) -> Option<&'a A> { loop {} } }
}

impl<S: Data, D: Dimension> std::ops::Index<D::Pattern> for ArrayBase<S, D> { type Output = S::Elem; fn index(&self, i: D::Pattern) -> &S::Elem { loop {} } }
impl<S: DataMut, D: Dimension> std::ops::IndexMut<D::Pattern> for ArrayBase<S, D> { fn index_mut(&mut self, i: D::Pattern) -> &mut S::Elem { loop {} } }
impl<S: Data> std::ops::Index<[usize; 2]> for ArrayBase<S, Ix2> { type Output = S::Elem; fn index(&self, i: [usize; 2]) -> &S::Elem { loop {} } }

macro_rules! operators {
    ($($trait:ident $method:ident)+) => { $(
        impl<S: Data<Elem = f64>, D: Dimension> std::ops::$trait<f64> for ArrayBase<S, D> { type Output = Array<f64, D>; fn $method(self, rhs: f64) -> Array<f64, D> { loop {} } }
        impl<'a, S: Data<Elem = f64>, D: Dimension> std::ops::$trait<f64> for &'a ArrayBase<S, D> { type Output = Array<f64, D>; fn $method(self, rhs: f64) -> Array<f64, D> { loop {} } }
        impl<S: Data<Elem = f64>, R: Data<Elem = f64>, D: Dimension> std::ops::$trait<ArrayBase<R, D>> for ArrayBase<S, D> { type Output = Array<f64, D>; fn $method(self, rhs: ArrayBase<R, D>) -> Array<f64, D> { loop {} } }
        impl<'a, S: Data<Elem = f64>, R: Data<Elem = f64>, D: Dimension> std::ops::$trait<&'a ArrayBase<R, D>> for ArrayBase<S, D> { type Output = Array<f64, D>; fn $method(self, rhs: &'a ArrayBase<R, D>) -> Array<f64, D> { loop {} } }
        impl<'a, S: Data<Elem = f64>, R: Data<Elem = f64>, D: Dimension> std::ops::$trait<ArrayBase<R, D>> for &'a ArrayBase<S, D> { type Output = Array<f64, D>; fn $method(self, rhs: ArrayBase<R, D>) -> Array<f64, D> { loop {} } }
        impl<'a, 'b, S: Data<Elem = f64>, R: Data<Elem = f64>, D: Dimension> std::ops::$trait<&'b ArrayBase<R, D>> for &'a ArrayBase<S, D> { type Output = Array<f64, D>; fn $method(self, rhs: &'b ArrayBase<R, D>) -> Array<f64, D> { loop {} } }
        impl<S: Data<Elem = f64>, D: Dimension> std::ops::$trait<ArrayBase<S, D>> for f64 { type Output = Array<f64, D>; fn $method(self, rhs: ArrayBase<S, D>) -> Array<f64, D> { loop {} } }
        impl<'a, S: Data<Elem = f64>, D: Dimension> std::ops::$trait<&'a ArrayBase<S, D>> for f64 { type Output = Array<f64, D>; fn $method(self, rhs: &'a ArrayBase<S, D>) -> Array<f64, D> { loop {} } }
    )+ };
}
operators! { Add add Sub sub Mul mul Div div }
impl<S: Data<Elem = f64>, D: Dimension> std::ops::Neg for ArrayBase<S, D> { type Output = Array<f64, D>; fn neg(self) -> Array<f64, D> { loop {} } }

pub trait SliceArg<D> { type OutDim: Dimension; }
pub struct SliceInfo<I, D, E>(PhantomData<(I, D, E)>);
impl<I, D, E: Dimension> SliceArg<D> for SliceInfo<I, D, E> { type OutDim = E; }
impl<A, S: Data<Elem = A>, D: Dimension> ArrayBase<S, D> {
    pub fn slice<I: SliceArg<D>>(&self, info: I) -> ArrayView<'_, A, I::OutDim> { loop {} }
}

#[macro_export]
macro_rules! array {
    ($([$([$($x:expr),* $(,)?]),+ $(,)?]),+ $(,)?) => { $crate::ndarray::macro_support::array3(vec![$($(vec![$($x),*]),+),+]) };
    ($([$($x:expr),* $(,)?]),+ $(,)?) => { $crate::ndarray::macro_support::array2(vec![$($($x),*),+]) };
    ($($x:expr),* $(,)?) => { $crate::ndarray::macro_support::array1(vec![$($x),*]) };
}
/// Slices keep the number of dimensions that their ranges have; an index drops one.
#[macro_export]
macro_rules! s {
    ($a:expr) => { $crate::ndarray::macro_support::slice1($a) };
    ($a:expr, $b:expr) => { $crate::ndarray::macro_support::slice2($a, $b) };
    ($a:expr, ..; $b:expr) => { $crate::ndarray::macro_support::slice1($a) };
}
#[doc(hidden)]
pub mod macro_support {
    use super::*;
    pub fn array1<A>(v: Vec<A>) -> Array1<A> { loop {} }
    pub fn array2<A>(v: Vec<A>) -> Array2<A> { loop {} }
    pub fn array3<A>(v: Vec<Vec<A>>) -> Array3<A> { loop {} }
    pub trait Part { type Kept; }
    pub struct Keep;
    pub struct Drop;
    impl Part for usize { type Kept = Drop; }
    impl Part for i32 { type Kept = Drop; }
    impl Part for std::ops::RangeFull { type Kept = Keep; }
    impl<T> Part for std::ops::Range<T> { type Kept = Keep; }
    impl<T> Part for std::ops::RangeFrom<T> { type Kept = Keep; }
    impl<T> Part for std::ops::RangeTo<T> { type Kept = Keep; }
    pub trait Ranges { type Dim: Dimension; }
    impl Ranges for (Keep,) { type Dim = Ix1; }
    impl Ranges for (Drop,) { type Dim = Ix0; }
    impl Ranges for (Keep, Keep) { type Dim = Ix2; }
    impl Ranges for (Keep, Drop) { type Dim = Ix1; }
    impl Ranges for (Drop, Keep) { type Dim = Ix1; }
    impl Ranges for (Drop, Drop) { type Dim = Ix0; }
    pub fn slice1<P: Part>(p: P) -> SliceInfo<[(); 1], Ix1, <(P::Kept,) as Ranges>::Dim> where (P::Kept,): Ranges { loop {} }
    pub fn slice2<P: Part, Q: Part>(p: P, q: Q) -> SliceInfo<[(); 2], Ix2, <(P::Kept, Q::Kept) as Ranges>::Dim> where (P::Kept, Q::Kept): Ranges { loop {} }
}
