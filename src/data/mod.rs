//! Data sets: handwritten digits, as grey levels and as patterns of ±1.
//!
//! [`digits`] are embedded in the crate; [`mnist`] is read from a file of the checkout, and other sets in the same format by
//! [`Images::from_idx`].

mod idx;
mod images;
mod mosaic;
mod sources;

pub use images::Images;
pub use mosaic::mosaic;
pub use sources::{digits, mnist};
