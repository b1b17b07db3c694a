//! Tables over some of the spins of a larger table.

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

    /// Adds to each entry of the large table that of the small one.
    pub fn add(&self, small: &[f64], large: &mut [f64]) {
        for (block, entries) in large.chunks_mut(self.low.len()).enumerate() {
            let source = &small[self.base(block)..];
            if self.contiguous {
                entries.iter_mut().zip(source).for_each(|(entry, value)| *entry += value);
            } else {
                let picked = self.low.iter().map(|&index| source[index as usize]);
                entries.iter_mut().zip(picked).for_each(|(entry, value)| *entry += value);
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
        ] {
            let spread = Spread::new(&places, bits);
            let small: Vec<f64> = (0..1 << places.len()).map(f64::from).collect();
            let mut large = vec![0.5; 1 << bits];
            spread.add(&small, &mut large);
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
