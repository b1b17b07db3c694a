//! What rust-analyzer sees of polars in a warm kernel: signatures without bodies.
//!
//! rustc compiles every cell against the real crate; `lab/signatures.py` compiles a call of each
//! function below against the real one, so that the two cannot drift apart. One function a line.

pub use crate::df;

pub mod frame {
    pub use super::prelude::DataFrame;
}

pub mod prelude {
    pub use crate::df;
    use std::sync::Arc;

    pub type PolarsResult<T> = Result<T, PolarsError>;
    pub type IdxSize = u32;

    #[derive(Debug)]
    pub struct PolarsError(());
    impl std::fmt::Display for PolarsError { fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { loop {} } }
    impl std::error::Error for PolarsError {}

    #[derive(Clone, Debug, PartialEq, Eq, Hash)]
    pub struct PlSmallStr(());
    impl PlSmallStr {
        pub fn as_str(&self) -> &str { loop {} }
        pub fn from_str(s: &str) -> PlSmallStr { loop {} }
    }
    impl From<&str> for PlSmallStr { fn from(s: &str) -> Self { loop {} } }
    impl From<String> for PlSmallStr { fn from(s: String) -> Self { loop {} } }
    impl std::fmt::Display for PlSmallStr { fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { loop {} } }
    impl std::ops::Deref for PlSmallStr { type Target = str; fn deref(&self) -> &str { loop {} } }

    #[derive(Clone, Debug, PartialEq)]
    pub enum DataType { Boolean, UInt8, UInt16, UInt32, UInt64, Int8, Int16, Int32, Int64, Float32, Float64, String, Null }

    #[derive(Clone, Debug, PartialEq)]
    pub enum AnyValue<'a> { Null, Boolean(bool), String(&'a str), UInt32(u32), UInt64(u64), Int32(i32), Int64(i64), Float64(f64) }
    impl<'a> AnyValue<'a> {
        pub fn get_str(&self) -> Option<&str> { loop {} }
        pub fn is_null(&self) -> bool { loop {} }
    }
    impl std::fmt::Display for AnyValue<'_> { fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { loop {} } }

    #[derive(Clone, Debug)]
    pub struct SortMultipleOptions { pub descending: Vec<bool>, pub nulls_last: Vec<bool>, pub multithreaded: bool, pub maintain_order: bool, pub limit: Option<IdxSize> }
    impl Default for SortMultipleOptions { fn default() -> Self { loop {} } }
    impl SortMultipleOptions {
        pub fn new() -> SortMultipleOptions { loop {} }
        pub fn with_order_descending(self, descending: bool) -> SortMultipleOptions { loop {} }
    }

    #[derive(Clone, Debug)]
    pub struct DataFrame(());
    impl DataFrame {
        pub fn new(height: usize, columns: Vec<Column>) -> PolarsResult<DataFrame> { loop {} }
        pub fn new_infer_height(columns: Vec<Column>) -> PolarsResult<DataFrame> { loop {} }
        pub fn empty() -> DataFrame { loop {} }
        pub fn height(&self) -> usize { loop {} }
        pub fn width(&self) -> usize { loop {} }
        pub fn shape(&self) -> (usize, usize) { loop {} }
        pub fn columns(&self) -> &[Column] { loop {} }
        pub fn column(&self, name: &str) -> PolarsResult<&Column> { loop {} }
        pub fn get_column_names(&self) -> Vec<&PlSmallStr> { loop {} }
        pub fn dtypes(&self) -> Vec<DataType> { loop {} }
        pub fn head(&self, length: Option<usize>) -> DataFrame { loop {} }
        pub fn tail(&self, length: Option<usize>) -> DataFrame { loop {} }
        pub fn slice(&self, offset: i64, length: usize) -> DataFrame { loop {} }
        pub fn select<I: IntoIterator<Item = S>, S: AsRef<str>>(&self, names: I) -> PolarsResult<DataFrame> { loop {} }
        pub fn drop(&self, name: &str) -> PolarsResult<DataFrame> { loop {} }
        pub fn filter(&self, mask: &BooleanChunked) -> PolarsResult<DataFrame> { loop {} }
        pub fn sort(&self, by: Vec<PlSmallStr>, sort_options: SortMultipleOptions) -> PolarsResult<DataFrame> { loop {} }
        pub fn vstack(&self, other: &DataFrame) -> PolarsResult<DataFrame> { loop {} }
        pub fn hstack(&self, columns: &[Column]) -> PolarsResult<DataFrame> { loop {} }
        pub fn with_column(&mut self, column: Column) -> PolarsResult<&mut DataFrame> { loop {} }
        pub fn rename(&mut self, column: &str, name: PlSmallStr) -> PolarsResult<&mut DataFrame> { loop {} }
    }
    impl std::fmt::Display for DataFrame { fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { loop {} } }

    #[derive(Clone, Debug)]
    pub struct Column(());
    impl Column {
        pub fn name(&self) -> &PlSmallStr { loop {} }
        pub fn dtype(&self) -> &DataType { loop {} }
        pub fn len(&self) -> usize { loop {} }
        pub fn is_empty(&self) -> bool { loop {} }
        pub fn f64(&self) -> PolarsResult<&Float64Chunked> { loop {} }
        pub fn f32(&self) -> PolarsResult<&Float32Chunked> { loop {} }
        pub fn i64(&self) -> PolarsResult<&Int64Chunked> { loop {} }
        pub fn i32(&self) -> PolarsResult<&Int32Chunked> { loop {} }
        pub fn u64(&self) -> PolarsResult<&UInt64Chunked> { loop {} }
        pub fn u32(&self) -> PolarsResult<&UInt32Chunked> { loop {} }
        pub fn bool(&self) -> PolarsResult<&BooleanChunked> { loop {} }
        pub fn str(&self) -> PolarsResult<&StringChunked> { loop {} }
        pub fn cast(&self, dtype: &DataType) -> PolarsResult<Column> { loop {} }
        pub fn get(&self, index: usize) -> PolarsResult<AnyValue<'_>> { loop {} }
        pub fn head(&self, length: Option<usize>) -> Column { loop {} }
        pub fn tail(&self, length: Option<usize>) -> Column { loop {} }
        pub fn slice(&self, offset: i64, length: usize) -> Column { loop {} }
        pub fn filter(&self, filter: &BooleanChunked) -> PolarsResult<Column> { loop {} }
        pub fn unique(&self) -> PolarsResult<Column> { loop {} }
        pub fn n_unique(&self) -> PolarsResult<usize> { loop {} }
        pub fn null_count(&self) -> usize { loop {} }
        pub fn rename(&mut self, name: PlSmallStr) { loop {} }
        pub fn with_name(self, name: PlSmallStr) -> Column { loop {} }
        pub fn as_materialized_series(&self) -> &Series { loop {} }
        pub fn take_materialized_series(self) -> Series { loop {} }
    }
    impl From<Series> for Column { fn from(s: Series) -> Self { loop {} } }

    #[derive(Clone)]
    pub struct Series(());
    impl Series {
        pub fn name(&self) -> &PlSmallStr { loop {} }
        pub fn dtype(&self) -> &DataType { loop {} }
        pub fn len(&self) -> usize { loop {} }
        pub fn f64(&self) -> PolarsResult<&Float64Chunked> { loop {} }
        pub fn i64(&self) -> PolarsResult<&Int64Chunked> { loop {} }
        pub fn i32(&self) -> PolarsResult<&Int32Chunked> { loop {} }
        pub fn u64(&self) -> PolarsResult<&UInt64Chunked> { loop {} }
        pub fn u32(&self) -> PolarsResult<&UInt32Chunked> { loop {} }
        pub fn bool(&self) -> PolarsResult<&BooleanChunked> { loop {} }
        pub fn str(&self) -> PolarsResult<&StringChunked> { loop {} }
        pub fn cast(&self, dtype: &DataType) -> PolarsResult<Series> { loop {} }
        pub fn head(&self, length: Option<usize>) -> Series { loop {} }
        pub fn tail(&self, length: Option<usize>) -> Series { loop {} }
        pub fn with_name(self, name: PlSmallStr) -> Series { loop {} }
        pub fn mean(&self) -> Option<f64> { loop {} }
        pub fn median(&self) -> Option<f64> { loop {} }
        pub fn std(&self, ddof: u8) -> Option<f64> { loop {} }
    }
    impl std::fmt::Debug for Series { fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { loop {} } }
    impl std::fmt::Display for Series { fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { loop {} } }

    pub trait NamedFrom<T, Phantom: ?Sized> { fn new(name: PlSmallStr, values: T) -> Self; }
    impl<T> NamedFrom<T, [f64]> for Series { fn new(name: PlSmallStr, values: T) -> Self { loop {} } }

    pub trait PolarsDataType { type Native; }
    #[derive(Clone, Debug)] pub struct Float64Type;
    #[derive(Clone, Debug)] pub struct Float32Type;
    #[derive(Clone, Debug)] pub struct Int64Type;
    #[derive(Clone, Debug)] pub struct Int32Type;
    #[derive(Clone, Debug)] pub struct UInt64Type;
    #[derive(Clone, Debug)] pub struct UInt32Type;
    #[derive(Clone, Debug)] pub struct BooleanType;
    #[derive(Clone, Debug)] pub struct StringType;
    impl PolarsDataType for Float64Type { type Native = f64; }
    impl PolarsDataType for Float32Type { type Native = f32; }
    impl PolarsDataType for Int64Type { type Native = i64; }
    impl PolarsDataType for Int32Type { type Native = i32; }
    impl PolarsDataType for UInt64Type { type Native = u64; }
    impl PolarsDataType for UInt32Type { type Native = u32; }
    impl PolarsDataType for BooleanType { type Native = bool; }
    impl PolarsDataType for StringType { type Native = &'static str; }

    #[derive(Clone)]
    pub struct ChunkedArray<T: PolarsDataType>(std::marker::PhantomData<T>);
    pub type Float64Chunked = ChunkedArray<Float64Type>;
    pub type Float32Chunked = ChunkedArray<Float32Type>;
    pub type Int64Chunked = ChunkedArray<Int64Type>;
    pub type Int32Chunked = ChunkedArray<Int32Type>;
    pub type UInt64Chunked = ChunkedArray<UInt64Type>;
    pub type UInt32Chunked = ChunkedArray<UInt32Type>;
    pub type BooleanChunked = ChunkedArray<BooleanType>;
    pub type StringChunked = ChunkedArray<StringType>;
    impl ChunkedArray<Float64Type> {
        pub fn to_vec(&self) -> Vec<Option<f64>> { loop {} }
        pub fn get(&self, index: usize) -> Option<f64> { loop {} }
        pub fn len(&self) -> usize { loop {} }
    }
    impl ChunkedArray<Int64Type> {
        pub fn to_vec(&self) -> Vec<Option<i64>> { loop {} }
        pub fn get(&self, index: usize) -> Option<i64> { loop {} }
        pub fn len(&self) -> usize { loop {} }
    }
    impl ChunkedArray<UInt64Type> {
        pub fn to_vec(&self) -> Vec<Option<u64>> { loop {} }
        pub fn get(&self, index: usize) -> Option<u64> { loop {} }
        pub fn len(&self) -> usize { loop {} }
    }
    impl ChunkedArray<UInt32Type> {
        pub fn to_vec(&self) -> Vec<Option<u32>> { loop {} }
        pub fn get(&self, index: usize) -> Option<u32> { loop {} }
        pub fn len(&self) -> usize { loop {} }
    }
    impl ChunkedArray<BooleanType> {
        pub fn get(&self, index: usize) -> Option<bool> { loop {} }
        pub fn len(&self) -> usize { loop {} }
        pub fn any(&self) -> bool { loop {} }
        pub fn all(&self) -> bool { loop {} }
    }
    impl ChunkedArray<StringType> {
        pub fn get(&self, index: usize) -> Option<&str> { loop {} }
        pub fn len(&self) -> usize { loop {} }
    }

    pub trait ChunkAgg<T> { fn sum(&self) -> Option<T>; fn min(&self) -> Option<T>; fn max(&self) -> Option<T>; fn mean(&self) -> Option<f64>; }
    impl ChunkAgg<f64> for ChunkedArray<Float64Type> { fn sum(&self) -> Option<f64> { loop {} } fn min(&self) -> Option<f64> { loop {} } fn max(&self) -> Option<f64> { loop {} } fn mean(&self) -> Option<f64> { loop {} } }

    pub trait ChunkCompareIneq<Rhs> { type Item; fn gt(&self, rhs: Rhs) -> Self::Item; fn gt_eq(&self, rhs: Rhs) -> Self::Item; fn lt(&self, rhs: Rhs) -> Self::Item; fn lt_eq(&self, rhs: Rhs) -> Self::Item; }
    pub trait ChunkCompareEq<Rhs> { type Item; fn equal(&self, rhs: Rhs) -> Self::Item; fn not_equal(&self, rhs: Rhs) -> Self::Item; }
    impl<T: PolarsDataType, Rhs> ChunkCompareIneq<Rhs> for ChunkedArray<T> { type Item = BooleanChunked; fn gt(&self, rhs: Rhs) -> BooleanChunked { loop {} } fn gt_eq(&self, rhs: Rhs) -> BooleanChunked { loop {} } fn lt(&self, rhs: Rhs) -> BooleanChunked { loop {} } fn lt_eq(&self, rhs: Rhs) -> BooleanChunked { loop {} } }
    impl<T: PolarsDataType, Rhs> ChunkCompareEq<Rhs> for ChunkedArray<T> { type Item = BooleanChunked; fn equal(&self, rhs: Rhs) -> BooleanChunked { loop {} } fn not_equal(&self, rhs: Rhs) -> BooleanChunked { loop {} } }
    impl std::ops::BitAnd for &ChunkedArray<BooleanType> { type Output = BooleanChunked; fn bitand(self, rhs: Self) -> BooleanChunked { loop {} } }
    impl std::ops::BitOr for &ChunkedArray<BooleanType> { type Output = BooleanChunked; fn bitor(self, rhs: Self) -> BooleanChunked { loop {} } }
    impl std::ops::Not for &ChunkedArray<BooleanType> { type Output = BooleanChunked; fn not(self) -> BooleanChunked { loop {} } }
}

#[doc(hidden)]
pub mod macro_support {
    pub fn column_of<N, V>(name: N, values: V) -> super::prelude::Column { loop {} }
}

#[macro_export]
macro_rules! df {
    ($($name:expr => $values:expr),+ $(,)?) => { $crate::polars::prelude::DataFrame::new_infer_height(vec![$($crate::polars::macro_support::column_of($name, $values)),+]) };
}
