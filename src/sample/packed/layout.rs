//! Which lane of which word holds which site.

use std::ops::Range;

use crate::sample::packed::streams::BLOCK;
use crate::spin::Torus;

/// A row has at least this many blocks in each tile: shorter ones would cost more than they hold.
const LEAST_WIDTH: usize = 16;
/// A tile has at least this many blocks, so that its half-sweep takes much longer than threads need to agree.
const LEAST_BLOCKS: usize = 64;
/// No lattice has more tiles than this.
const MOST_TILES: usize = 16;

/// A torus of sides (a, m, c), m = 1 for the square lattice, as two sublattices of bits.
///
/// Site (x, y, z) belongs to sublattice (x + y + z) mod 2. The slowest axis is cut into as many equal segments as fit into the bits of
/// a word: x = bit · height + x′. Words are numbered by row (x′, y) and k = ⌊z/2⌋ within the row. All neighbours of a word's lanes
/// then stand in the same lanes of other words, except across the ends of segments, where words are rotated by one bit.
///
/// Rows are cut into tiles of whole blocks. A tile holds its part of every row, so that tiles border on each other in one word a row.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub sides: [usize; 3],
    /// Bits in use, the number of segments.
    pub bits: usize,
    /// Rows of x′ in a segment.
    pub height: usize,
    /// Words in use in a row, c/2.
    pub words: usize,
    /// The number of tiles.
    pub tiles: usize,
}

impl Layout {
    /// The layout of a torus of even sides.
    pub fn new(torus: &Torus) -> Self {
        let sides = match torus.sides[..] {
            [a, m, c] => [a, m, c],
            [a, c] => [a, 1, c],
            _ => [1, 1, 1],
        };
        let bits = (1..=64).rev().find(|&bits| sides[0].is_multiple_of(bits)).unwrap_or(1);
        let mut layout =
            Self { sides, bits, height: sides[0] / bits, words: sides[2] / 2, tiles: 1 };
        let most = (layout.row_blocks() / LEAST_WIDTH).min(layout.blocks() / LEAST_BLOCKS);
        layout.tiles = most.clamp(1, MOST_TILES);
        layout
    }

    /// Blocks in a row, the last of which may be partly in use.
    pub fn row_blocks(&self) -> usize {
        self.words.div_ceil(BLOCK)
    }

    /// Blocks in a sublattice.
    pub fn blocks(&self) -> usize {
        self.rows() * self.row_blocks()
    }

    /// The words of each row that a tile holds.
    pub fn columns(&self, tile: usize) -> Range<usize> {
        let start = |tile: usize| tile * self.row_blocks() / self.tiles * BLOCK;
        start(tile)..start(tile + 1).min(self.words)
    }

    pub fn rows(&self) -> usize {
        self.height * self.sides[1]
    }

    pub fn mask(&self) -> u64 {
        u64::MAX >> (64 - self.bits)
    }

    /// The bits of a row of the first sublattice whose second neighbour along the fastest axis is in the next word; in the second sublattice
    /// it is the other bits'.
    pub fn forward(&self, row: usize) -> u64 {
        let (x, y) = (row / self.sides[1], row % self.sides[1]);
        let odd = |bit: usize| (bit * self.height + x + y) % 2 == 1;
        (0..self.bits).filter(|&bit| odd(bit)).map(|bit| 1 << bit).sum()
    }

    /// Calls `f(sublattice, row, word, bit, site)` for every site of a tile; words are counted from the row's start.
    pub fn for_each_site(&self, tile: usize, mut f: impl FnMut(usize, usize, usize, usize, usize)) {
        let [a, m, c] = self.sides;
        let columns = self.columns(tile);
        for x in 0..a {
            let (bit, x_in_segment) = (x / self.height, x % self.height);
            for y in 0..m {
                let (row, first_site) = (x_in_segment * m + y, (x * m + y) * c);
                for z in 2 * columns.start..2 * columns.end {
                    f((x + y + z) % 2, row, z / 2, bit, first_site + z);
                }
            }
        }
    }

    /// The words that lanes one segment further (or back) would hold: neighbours across the ends of segments.
    pub fn rotate(&self, word: u64, further: bool) -> u64 {
        let last = self.bits - 1;
        let rotated =
            if further { (word << 1) | (word >> last) } else { (word >> 1) | (word << last) };
        rotated & self.mask()
    }
}
