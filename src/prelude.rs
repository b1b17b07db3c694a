//! What a notebook cell imports: `use statmech::prelude::*`.
//!
//! Neither `Result` nor `Error` is here: evcxr's wrapper of each cell names the standard ones.

pub use crate::frame::Frame;
pub use crate::ndarray::{Array1, Array2, Axis, array, s};
pub use crate::polars::df;
pub use crate::polars::prelude::{
    AnyValue, ChunkAgg, ChunkCompareEq, ChunkCompareIneq, Column, DataFrame, DataType, NamedFrom,
    Series, SortMultipleOptions,
};
pub use crate::plot::{Colormap, Figure, Legend, Plot};
pub use crate::random::Seed;
