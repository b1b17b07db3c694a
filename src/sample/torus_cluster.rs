//! Clusters on uniform square and cubic tori: neighbours by arithmetic, several bonds per random number.

use crate::rand::RngCore;
use crate::random::Generator;
use crate::spin::Torus;

/// Cluster moves on a torus of sides (a, m, c), m = 1 for the square lattice.
#[derive(Clone, Debug)]
pub(super) struct TorusClusters {
    sides: [usize; 3],
    cubic: bool,
    ferromagnet: bool,
    bond: BondOdds,
    /// ⌈2⁴²/c⌉ and ⌈2⁴²/m⌉, which divide by a product and a shift.
    inverses: [u64; 2],
    /// The sites of the cluster in the order found.
    queue: Vec<u32>,
}

/// The probability p of a bond as a threshold for a random u64: its upper 16 bits, which decide all but one case in 2¹⁶, and the rest.
#[derive(Clone, Copy, Debug)]
struct BondOdds {
    first: u64,
    rest: u64,
}

impl BondOdds {
    /// Whether a bond is set, by 16 random bits.
    #[inline]
    fn decide(self, bits: u64, generator: &mut Generator) -> bool {
        let bits = bits & 0xffff;
        if bits == self.first { generator.next_u64() < self.rest } else { bits < self.first }
    }
}

/// Turns a spin: 1 and −1 differ in these bits.
const TURN: i8 = 1 ^ -1;

impl TorusClusters {
    /// For bonds set with the probability that `threshold` stands for as a u64.
    pub fn new(torus: &Torus, threshold: u64) -> Self {
        let sides = match torus.sides[..] {
            [a, m, c] => [a, m, c],
            [a, c] => [a, 1, c],
            _ => [1, 1, 1],
        };
        Self {
            sides,
            cubic: torus.sides.len() == 3,
            ferromagnet: torus.coupling > 0.0,
            bond: BondOdds { first: threshold >> 48, rest: threshold << 16 },
            inverses: [sides[2], sides[1]].map(|side| (1_u64 << 42).div_ceil(side as u64)),
            queue: vec![0; sides.iter().product()],
        }
    }

    /// Grows Wolff's cluster from this site and flips it; returns its size.
    pub fn flip_cluster(
        &mut self,
        seed: usize,
        spins: &mut [i8],
        generator: &mut Generator,
    ) -> usize {
        if self.cubic {
            self.grow::<true>(seed, spins, generator)
        } else {
            self.grow::<false>(seed, spins, generator)
        }
    }

    /// Breadth first: the sites to visit next were found long ago, so that the processor may look ahead. Sites turn when they are found,
    /// and then never look as if they could be added again, since the bonds between spins of one coupling are not frustrated.
    fn grow<const CUBIC: bool>(
        &mut self,
        seed: usize,
        spins: &mut [i8],
        generator: &mut Generator,
    ) -> usize {
        let n = self.queue.len();
        let spins = &mut spins[..n];
        let before = spins[seed];
        spins[seed] = before ^ TURN;
        self.queue[0] = seed as u32;
        let (mut head, mut tail) = (0, 1);
        while head < tail {
            let i = self.queue[head] as usize;
            head += 1;
            // A neighbour outside the cluster whose bond was satisfied.
            let wanted = if self.ferromagnet { spins[i] ^ TURN } else { spins[i] };
            let neighbors = self.neighbors::<CUBIC>(i);
            let mut random = generator.next_u64();
            for (k, &j) in neighbors[..if CUBIC { 6 } else { 4 }].iter().enumerate() {
                if k == 4 {
                    random = generator.next_u64();
                }
                let set = self.bond.decide(random, generator);
                random >>= 16;
                let added = u8::from(set) & u8::from(spins[j] == wanted);
                spins[j] ^= TURN * added as i8;
                // Overwritten by the next unless it counts: cheaper than a branch that nobody can foresee.
                if tail < n {
                    self.queue[tail] = j as u32;
                }
                tail += usize::from(added);
            }
        }
        tail
    }

    /// The neighbours of a site, the last two only on the cubic lattice.
    #[inline]
    fn neighbors<const CUBIC: bool>(&self, i: usize) -> [usize; 6] {
        let ([_, m, c], n) = (self.sides, self.queue.len());
        let row = ((i as u64 * self.inverses[0]) >> 42) as usize;
        let z = i - row * c;
        let right = if z + 1 == c { i + 1 - c } else { i + 1 };
        let left = if z == 0 { i + c - 1 } else { i - 1 };
        let plane = m * c;
        let down = if i + plane >= n { i + plane - n } else { i + plane };
        let up = if i < plane { i + n - plane } else { i - plane };
        let (mut front, mut back) = (0, 0);
        if CUBIC {
            let y = row - ((row as u64 * self.inverses[1]) >> 42) as usize * m;
            front = if y + 1 == m { i + c - plane } else { i + c };
            back = if y == 0 { i + plane - c } else { i - c };
        }
        [right, left, down, up, front, back]
    }

    /// Calls `join(i, j)` for each satisfied bond that is set, all bonds considered once.
    pub fn set_bonds(
        &self,
        spins: &[i8],
        generator: &mut Generator,
        mut join: impl FnMut(usize, usize),
    ) {
        let n = self.queue.len();
        let spins = &spins[..n];
        let product = if self.ferromagnet { 1 } else { -1 };
        for (i, &s) in spins.iter().enumerate() {
            let wanted = s * product;
            let [right, _, down, _, front, _] =
                if self.cubic { self.neighbors::<true>(i) } else { self.neighbors::<false>(i) };
            let random = generator.next_u64();
            if spins[right] == wanted && self.bond.decide(random, generator) {
                join(i, right);
            }
            if spins[down] == wanted && self.bond.decide(random >> 16, generator) {
                join(i, down);
            }
            if self.cubic && spins[front] == wanted && self.bond.decide(random >> 32, generator) {
                join(i, front);
            }
        }
    }

    /// Σ_⟨ij⟩ s_i s_j and Σ_i s_i.
    pub fn sums(&self, spins: &[i8]) -> (i64, i64) {
        let [_, m, c] = self.sides;
        let (plane, n) = (m * c, self.queue.len());
        let mut bonds = 0;
        for (row, line) in spins.chunks_exact(c).enumerate() {
            let start = row * c;
            let next_plane = (start + plane) % n;
            bonds += product(&line[1..], line) + i64::from(line[0] * line[c - 1]);
            bonds += product(line, &spins[next_plane..]);
            if self.cubic {
                let next = if row % m + 1 == m { start + c - plane } else { start + c };
                bonds += product(line, &spins[next..]);
            }
        }
        (bonds, spins.chunks(1 << 16).map(sum).sum())
    }
}

fn product(a: &[i8], b: &[i8]) -> i64 {
    i64::from(a.iter().zip(b).map(|(a, b)| i32::from(a * b)).sum::<i32>())
}

fn sum(spins: &[i8]) -> i64 {
    i64::from(spins.iter().map(|&s| i32::from(s)).sum::<i32>())
}
