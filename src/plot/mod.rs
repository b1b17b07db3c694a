//! Figures: from DataFrames, functions, arrays and graphs to SVG, PNG and text.
//!
//! The trait [`Plot`] gives a `DataFrame` its figures; [`Figure`] has further constructors and the setters of
//! style. A figure holds data only and is drawn, through plotters, when it is shown or saved. Text is set
//! in an embedded subset of DejaVu Sans, so no font need be installed.
//!
//! | figure | from |
//! |---|---|
//! | lines, points, bands, error bars, bars, histograms | [`Plot::line`], [`Plot::scatter`], [`Plot::band`], [`Plot::error_bars`], [`Plot::bars`], [`Plot::histogram`] |
//! | one series for each value of a column | [`Plot::line_by`], [`Plot::scatter_by`] |
//! | fields over a plane | [`Plot::heatmap`], [`Plot::contour`], [`Plot::surface`] |
//! | functions, arrays, graphs | [`Figure::curve`], [`Figure::image`], [`Figure::graph`] |
//! | several in one | [`Figure::with`], [`Figure::grid`] |
//!
//! Colours come from palettes that colour-blind readers can tell apart, and series differ by their markers
//! too. Values beyond 10³⁰⁷ count as infinite and are left out.

mod axes;
mod canvas;
mod clip;
mod columns;
mod contour;
mod display;
mod draw;
mod figure;
mod font;
mod frame;
mod graph;
mod label;
mod layer;
mod legend;
mod network;
mod newest;
mod palette;
mod panel;
mod raster;
mod render;
mod save;
mod scales;
mod sketch;
mod style;
mod surface;

pub use figure::Figure;
pub use frame::Plot;
pub use palette::{Color, Colormap};
pub use style::Legend;
