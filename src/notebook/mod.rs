//! The crate's side of a notebook: how results show themselves.

pub(crate) mod content;
