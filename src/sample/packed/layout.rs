//! Which lane of which word holds which site.

use crate::sample::packed::streams::BLOCK;
use crate::spin::Torus;

/// Words before each row, the last of which repeats the row's last word (its first is repeated behind its end).
pub(super) const GUARD: usize = BLOCK;

/// A torus of sides (a, m, c), m = 1 for the square lattice, as two sublattices of bits.
///
/// Site (x, y, z) belongs to sublattice (x + y + z) mod 2. The slowest axis is cut into as many equal segments as fit into the bits of
/// a word: x = bit · height + x′. Words are numbered by row (x′, y) and k = ⌊z/2⌋ within the row. All neighbours of a word's lanes
/// then stand in the same lanes of other words, except across the ends of segments, where words are rotated by one bit.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub sides: [usize; 3],
    /// Bits in use, the number of segments.
    pub bits: usize,
    /// Rows of x′ in a segment.
    pub height: usize,
    /// Words in use in a row, c/2.
    pub words: usize,
    /// Words from one row to the next: a guard and whole blocks.
    pub stride: usize,
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
        let words = sides[2] / 2;
        let stride = GUARD + words.next_multiple_of(BLOCK);
        Self { sides, bits, height: sides[0] / bits, words, stride }
    }

    pub fn rows(&self) -> usize {
        self.height * self.sides[1]
    }

    /// The length of a sublattice: all rows, and room for the repeated word behind the last.
    pub fn len(&self) -> usize {
        self.rows() * self.stride + GUARD
    }

    pub fn mask(&self) -> u64 {
        u64::MAX >> (64 - self.bits)
    }

    /// The bits in use in each word of a row.
    pub fn valid(&self) -> Vec<u64> {
        (0..self.stride - GUARD).map(|k| if k < self.words { self.mask() } else { 0 }).collect()
    }

    /// The bits of a row of the first sublattice whose second neighbour along the fastest axis is in the next word; in the second sublattice
    /// it is the other bits'.
    pub fn forward(&self, row: usize) -> u64 {
        let (x, y) = (row / self.sides[1], row % self.sides[1]);
        let odd = |bit: usize| (bit * self.height + x + y) % 2 == 1;
        (0..self.bits).filter(|&bit| odd(bit)).map(|bit| 1 << bit).sum()
    }

    /// Calls `f(sublattice, word, bit, site)` for every site.
    pub fn for_each_site(&self, mut f: impl FnMut(usize, usize, usize, usize)) {
        let [a, m, c] = self.sides;
        for x in 0..a {
            let (bit, x_in_segment) = (x / self.height, x % self.height);
            for y in 0..m {
                let start = (x_in_segment * m + y) * self.stride + GUARD;
                let first_site = (x * m + y) * c;
                for z in 0..c {
                    f((x + y + z) % 2, start + z / 2, bit, first_site + z);
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
