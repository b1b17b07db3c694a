//! Given states: whether they fit, where chains start, which units are clamped.

use std::fmt;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::ndarray::Array2;
use crate::rand::Rng;
use crate::random::Seed;
use crate::rbm::sample::block::Block;
use crate::rbm::sample::path::Path;
use crate::rbm::{Layer, Rbm, Units};

pub(crate) use crate::error::require_count as count;

/// Each method has a stream of its own under a seed, so that chains may start at samples that another one drew with the same seed.
pub(crate) const EXACT: u64 = 1 << 60;
pub(crate) const GIBBS: u64 = 2 << 60;
pub(crate) const TEMPERING: u64 = 3 << 60;
pub(crate) const PILOT: u64 = 4 << 60;
pub(crate) const COMPLETION: u64 = 5 << 60;
pub(crate) const FORWARD: u64 = 6 << 60;
pub(crate) const BACKWARD: u64 = 7 << 60;

/// The most numbers that a run has in memory at once, 2 GiB of them.
const MOST: usize = 1 << 28;

/// Refuses more numbers than fit in memory: those of all arrays together, each given by the product of its dimensions.
pub(crate) fn check_size(what: &str, arrays: &[&[usize]]) -> Result<()> {
    let size =
        |shape: &[usize]| shape.iter().try_fold(1_usize, |size, &next| size.checked_mul(next));
    let needed = arrays.iter().try_fold(0_usize, |sum, shape| sum.checked_add(size(shape)?));
    if needed.is_some_and(|needed| needed <= MOST) {
        return Ok(());
    }
    let needs =
        needed.map_or("more numbers than can be counted".to_owned(), |n| format!("{n} numbers"));
    Err(Error::TooLarge {
        what: what.to_owned(),
        needs,
        limit: format!("the {MOST} allowed (2 GiB)"),
        advice: "Take fewer chains or steps, or keep fewer states.".to_owned(),
    })
}

/// Where the visible units of chains start.
#[derive(Clone)]
pub(crate) enum Start {
    /// Each unit by itself, from its layer without couplings.
    Random,
    /// Row k for chain k.
    Given(Arc<Array2<f64>>),
    /// A random row for each chain.
    Data(Arc<Array2<f64>>),
}

impl fmt::Debug for Start {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Random => write!(f, "random"),
            Self::Given(states) => write!(f, "{} given states", states.nrows()),
            Self::Data(states) => write!(f, "rows of {} examples", states.nrows()),
        }
    }
}

impl Start {
    pub fn check(&self, rbm: &Rbm) -> Result<()> {
        match self {
            Self::Random => Ok(()),
            Self::Given(states) => rbm.visible.allows_all("start", states),
            Self::Data(states) => rbm.visible.allows_all("data", states),
        }
    }

    /// Blocks of these numbers of chains, each with the seed of its index; random units have these inputs.
    pub fn blocks(&self, path: &Path, sizes: &[usize], inputs: &[f64], seed: Seed) -> Vec<Block> {
        let mut first = 0;
        let mut blocks = Vec::with_capacity(sizes.len());
        for (index, &rows) in sizes.iter().enumerate() {
            let mut generator = seed.child(index as u64).generator();
            let mut visible = Vec::with_capacity(rows * path.shape().0);
            for chain in first..first + rows {
                match self {
                    Self::Random => {
                        let end = visible.len();
                        visible.resize(end + path.shape().0, 0.0);
                        path.rbm.visible.sample(inputs, &mut generator, &mut visible[end..]);
                    }
                    Self::Given(states) => visible.extend(states.row(chain % states.nrows())),
                    Self::Data(states) => {
                        visible.extend(states.row(generator.random_range(0..states.nrows())));
                    }
                }
            }
            first += rows;
            blocks.push(Block::new(path, visible, generator));
        }
        blocks
    }
}

/// The chosen columns, ascending and each once; refused where they are not columns, or share a Potts site with free ones.
pub(crate) fn check_columns(
    name: &'static str,
    layer: &Layer,
    columns: &[usize],
) -> Result<Vec<usize>> {
    let n = layer.len();
    let mut chosen = vec![false; n];
    for &column in columns {
        match chosen.get_mut(column) {
            Some(place) => *place = true,
            None => {
                return Err(Error::argument(
                    name,
                    column,
                    format!("columns of visible units, below {n}"),
                ));
            }
        }
    }
    if let Units::Potts { colors } = layer.units() {
        let mut sites = chosen.chunks_exact(colors);
        if let Some(site) = sites.position(|site| site.iter().any(|&h| h != site[0])) {
            let given = format!("some of the {colors} columns of site {site}");
            return Err(Error::argument(name, given, "whole sites of Potts units"));
        }
    }
    Ok((0..n).filter(|&i| chosen[i]).collect())
}

/// Rows of a flat array.
pub(crate) fn rows_of(flat: Vec<f64>, columns: usize) -> Result<Array2<f64>> {
    let rows = flat.len() / columns;
    Array2::from_shape_vec((rows, columns), flat).map_err(|_| Error::Shape {
        what: "An array of states",
        expected: format!("rows of {columns}"),
        given: "another length".to_owned(),
    })
}
