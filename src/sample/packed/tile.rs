//! One tile: a part of every row, with a random stream of its own.

use crate::random::Seed;
use crate::sample::packed::kernel::{Counts, Row, Step, update_row};
use crate::sample::packed::layout::Layout;
use crate::sample::packed::odds::Odds;
use crate::sample::packed::streams::{BLOCK, Streams};
use crate::simd::Width;

/// Words before each row, the last of which repeats the word that comes before it in the tile to the left.
const GUARD: usize = BLOCK;

/// What all tiles share.
#[derive(Clone, Copy)]
pub(super) struct Rules<'a> {
    pub layout: &'a Layout,
    pub odds: &'a Odds,
    /// In the first sublattice's rows, the bits whose second neighbour along the fastest axis is in the next word.
    pub forward: &'a [u64],
    pub width: Width,
}

/// The columns of a torus from one word to another, both sublattices.
///
/// Aligned, so that no two tiles have a line of a cache in common: two threads that write to it would wait for each other.
#[derive(Clone, Debug)]
#[repr(align(128))]
pub(super) struct Tile {
    /// Words in use in a row.
    words: usize,
    /// Words from one row to the next: a guard and whole blocks.
    stride: usize,
    /// All rows, and room for the repeated word behind the last.
    sublattices: [Vec<u64>; 2],
    /// The bits in use in each word of a row.
    valid: Vec<u64>,
    /// The other sublattice's last and first rows of x′, as the neighbours across the ends of segments see them.
    across: [Vec<u64>; 2],
    pub streams: Streams,
}

impl Tile {
    /// A tile of zeros.
    pub fn new(layout: &Layout, index: usize, seed: Seed) -> Self {
        let words = layout.columns(index).len();
        let width = words.next_multiple_of(BLOCK);
        let stride = GUARD + width;
        let sublattice = vec![0; layout.rows() * stride + GUARD];
        let across = vec![0; layout.sides[1] * stride];
        Self {
            words,
            stride,
            sublattices: [sublattice.clone(), sublattice],
            valid: (0..width).map(|k| if k < words { layout.mask() } else { 0 }).collect(),
            across: [across.clone(), across],
            streams: Streams::new(seed),
        }
    }

    pub fn word(&self, sublattice: usize, row: usize, word: usize) -> u64 {
        self.sublattices[sublattice][row * self.stride + GUARD + word]
    }

    pub fn set_bit(&mut self, sublattice: usize, row: usize, word: usize, bit: usize) {
        self.sublattices[sublattice][row * self.stride + GUARD + word] |= 1 << bit;
    }

    /// The first and the last word of each row.
    pub fn ends(&self, sublattice: usize) -> impl Iterator<Item = [u64; 2]> + '_ {
        let (stride, last) = (self.stride, GUARD + self.words - 1);
        let rows = self.sublattices[sublattice].chunks_exact(stride);
        rows.map(move |row| [row[GUARD], row[last]])
    }

    /// Repeats the words of the tiles beside this one: the word before each row's start and the one behind its end.
    pub fn border(&mut self, sublattice: usize, beside: impl Iterator<Item = [u64; 2]>) {
        let words = &mut self.sublattices[sublattice];
        for (row, [before, behind]) in beside.enumerate() {
            let start = row * self.stride + GUARD;
            words[start - 1] = before;
            words[start + self.words] = behind;
        }
    }

    /// The same where this is the only tile, and its own neighbour.
    pub fn close(&mut self, sublattice: usize) {
        let words = &mut self.sublattices[sublattice];
        let ends = (GUARD..).step_by(self.stride).take(words.len() / self.stride);
        for start in ends {
            words[start - 1] = words[start + self.words - 1];
            words[start + self.words] = words[start];
        }
    }

    /// Updates one sublattice; the other's borders have to be up to date.
    pub fn update(&mut self, rules: Rules<'_>, sublattice: usize, step: Step) -> Counts {
        let Self {
            stride, ref mut sublattices, ref valid, ref mut across, ref mut streams, ..
        } = *self;
        let Rules { layout, odds, forward, width } = rules;
        let [first, second] = sublattices;
        let (own, other) = if sublattice == 0 { (first, &*second) } else { (second, &*first) };
        let (rows, end) = (layout.rows(), across[0].len());
        let ends = [&other[rows * stride - end..rows * stride], &other[..end]];
        for ((target, source), further) in across.iter_mut().zip(ends).zip([true, false]) {
            for (target, &word) in target.iter_mut().zip(source) {
                *target = layout.rotate(word, further);
            }
        }
        let mut counts = Counts::default();
        for (row, own) in own.chunks_exact_mut(stride).enumerate() {
            let beside = beside(layout, row).map(|beside| match beside {
                Beside::Row(row) => &other[row * stride + GUARD..],
                Beside::Across(end, y) => &across[end][y * stride + GUARD..],
            });
            let start = row * stride + GUARD;
            let forward = if sublattice == 0 { forward[row] } else { !forward[row] };
            let row = Row {
                same: &other[start..],
                next: &other[start + 1..],
                before: &other[start - 1..],
                sides: beside,
                forward,
                valid,
            };
            counts = counts.plus(update_row(width, &mut own[GUARD..], row, odds, step, streams));
        }
        counts
    }
}

enum Beside {
    Row(usize),
    /// The row with this y across the first or the second end of the segment.
    Across(usize, usize),
}

/// The rows before and behind along the slowest axis, then along the other.
fn beside(layout: &Layout, row: usize) -> [Beside; 4] {
    let Layout { sides: [_, m, _], height, .. } = *layout;
    let (x, y) = (row / m, row % m);
    let up = if x == 0 { Beside::Across(0, y) } else { Beside::Row(row - m) };
    let down = if x + 1 == height { Beside::Across(1, y) } else { Beside::Row(row + m) };
    [up, down, Beside::Row(x * m + (y + m - 1) % m), Beside::Row(x * m + (y + 1) % m)]
}
