//! Tables over some of the spins of a larger table.

use crate::rayon::prelude::*;

/// Entries per task of a thread.
const CHUNK: usize = 1 << 13;

/// Bits of a large index that are looked up together.
const LOW: usize = 8;

/// Where the entries of a table over some of the bits of a larger one are repeated in it.
pub(super) struct Spread {
    /// Entry of the small table for the lowest bits of a large index.
    low: Vec<u32>,
    /// The small bits above, each with its place in a large index from `LOW` on.
    high: Vec<(usize, usize)>,
    /// The small table has all of the lowest bits.
    contiguous: bool,
}

impl Spread {
    /// The small table's bits lie at these `places`, ascending, of a large index of `bits` bits.
    pub fn new(places: &[usize], bits: usize) -> Self {
        let window = LOW.min(bits);
        let pick = |index: usize| {
            let low = places.iter().enumerate().take_while(|&(_, &place)| place < window);
            low.fold(0, |entry, (bit, &place)| entry | ((index >> place & 1) << bit) as u32)
        };
        let low: Vec<u32> = (0..1 << window).map(pick).collect();
        let high = places.iter().enumerate().filter(|&(_, &place)| place >= window);
        let high = high.map(|(bit, &place)| (bit, place - window)).collect();
        let contiguous = low.iter().enumerate().all(|(index, &entry)| index == entry as usize);
        Self { low, high, contiguous }
    }

    fn base(&self, block: usize) -> usize {
        self.high.iter().fold(0, |base, &(bit, place)| base | (block >> place & 1) << bit)
    }

    /// Adds to each entry of the large table that of the small one, or puts it there if it is the `first`.
    pub fn add(&self, small: &[f64], large: &mut [f64], first: bool) {
        let blocks = CHUNK / self.low.len();
        if large.len() <= CHUNK {
            return self.add_blocks(0, small, large, first);
        }
        large.par_chunks_mut(CHUNK).enumerate().for_each(|(chunk, entries)| {
            self.add_blocks(chunk * blocks, small, entries, first);
        });
    }

    fn add_blocks(&self, from: usize, small: &[f64], large: &mut [f64], first: bool) {
        for (block, entries) in large.chunks_mut(self.low.len()).enumerate() {
            let source = &small[self.base(from + block)..];
            match (self.contiguous, first) {
                (true, true) => entries.copy_from_slice(&source[..entries.len()]),
                (true, false) => {
                    for (entry, value) in entries.iter_mut().zip(source) {
                        *entry += value;
                    }
                }
                (false, _) => {
                    for (entry, &index) in entries.iter_mut().zip(&self.low) {
                        let before = if first { 0.0 } else { *entry };
                        *entry = before + source[index as usize];
                    }
                }
            }
        }
    }

    /// Adds up the entries of the large table for each of the small one.
    pub fn collect(&self, large: &[f64], small: &mut [f64]) {
        for (block, entries) in large.chunks(self.low.len()).enumerate() {
            let target = &mut small[self.base(block)..];
            if self.contiguous {
                target.iter_mut().zip(entries).for_each(|(sum, value)| *sum += value);
            } else {
                for (&index, value) in self.low.iter().zip(entries) {
                    target[index as usize] += value;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_go_where_their_bits_say() {
        for (places, bits) in [
            (vec![], 3),
            (vec![0, 2], 4),
            (vec![1, 3, 8, 10], 11),
            (vec![0, 1, 2, 3, 4, 5, 6, 7, 9], 10),
            (vec![9, 10, 11], 12),
            (vec![1, 2, 4, 9, 13], 15),
            ((0..14).collect(), 15),
        ] {
            let spread = Spread::new(&places, bits);
            let small: Vec<f64> = (0..1 << places.len()).map(f64::from).collect();
            let mut large = vec![7.0; 1 << bits];
            spread.add(&[0.5].repeat(small.len()), &mut large, true);
            spread.add(&small, &mut large, false);
            let mut sums = vec![0.0; small.len()];
            for (index, &value) in large.iter().enumerate() {
                let entry = (0..places.len()).fold(0, |e, b| e | (index >> places[b] & 1) << b);
                assert_eq!(value, 0.5 + entry as f64, "{places:?} at {index}");
                sums[entry] += value;
            }
            let mut collected = vec![0.0; small.len()];
            spread.collect(&large, &mut collected);
            assert_eq!(collected, sums, "{places:?}");
        }
    }
}
