//! A queue in coarse buckets for searches whose labels only fall.
//!
//! What is in one bucket comes out in any order, so something may come out before its label is final; it
//! is then put in and comes out again. Edges shorter than a bucket is wide are few, so that is rare, and
//! finding the next bucket is a matter of a few words of bits.

/// Something to order a queue by.
pub(crate) trait Urgency: Copy {
    /// The bucket this belongs in, when buckets are `1 << shift` wide.
    fn bucket(self, shift: u32) -> usize;
}

impl Urgency for u32 {
    fn bucket(self, shift: u32) -> usize {
        (self >> shift) as usize
    }
}

/// (deciseconds, decimetres) are ordered by the time.
impl Urgency for u64 {
    fn bucket(self, shift: u32) -> usize {
        (self >> (32 + shift)) as usize
    }
}

/// The queue. Buckets grow as needed; nothing is given back, so that later searches do not allocate.
#[derive(Clone, Debug)]
pub(crate) struct Buckets<K, T> {
    shift: u32,
    /// Last entry of each bucket, as a position in `entries` + 1; 0 is none.
    top: Vec<u32>,
    /// A bit for each bucket that is not empty.
    full: Vec<u64>,
    /// (key, item, entry below in the bucket); taken-out entries are chained from `free`.
    entries: Vec<(K, T, u32)>,
    free: u32,
    /// The words of `full` before this are 0.
    word: usize,
}

impl<K: Urgency, T: Copy> Buckets<K, T> {
    /// An empty queue with buckets `1 << shift` wide.
    pub(crate) fn new(shift: u32) -> Self {
        let (top, full) = (Vec::new(), Vec::new());
        Self { shift, top, full, entries: Vec::new(), free: 0, word: 0 }
    }

    #[inline]
    pub(crate) fn push(&mut self, key: K, item: T) {
        let bucket = key.bucket(self.shift);
        if bucket >= self.top.len() {
            self.grow(bucket);
        }
        let entry = (key, item, self.top[bucket]);
        let at = self.free;
        if at == 0 {
            self.entries.push(entry);
            self.top[bucket] = self.entries.len() as u32;
        } else {
            let slot = &mut self.entries[at as usize - 1];
            self.free = slot.2;
            *slot = entry;
            self.top[bucket] = at;
        }
        self.full[bucket / 64] |= 1 << (bucket % 64);
        self.word = self.word.min(bucket / 64);
    }

    #[cold]
    fn grow(&mut self, bucket: usize) {
        self.top.resize((bucket + 1).next_multiple_of(64), 0);
        self.full.resize(self.top.len() / 64, 0);
    }

    #[inline]
    pub(crate) fn pop(&mut self) -> Option<(K, T)> {
        while *self.full.get(self.word)? == 0 {
            self.word += 1;
        }
        let bucket = self.word * 64 + self.full[self.word].trailing_zeros() as usize;
        let at = self.top[bucket];
        let slot = &mut self.entries[at as usize - 1];
        let (key, item, below) = *slot;
        slot.2 = self.free;
        self.free = at;
        self.top[bucket] = below;
        if below == 0 {
            self.full[self.word] &= self.full[self.word] - 1;
        }
        Some((key, item))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_come_out_in_order_and_entries_are_used_again() {
        let mut queue = Buckets::<u32, u32>::new(4);
        for round in 0..3 {
            for i in 0..100 {
                queue.push((i * 37) % 1000, i);
            }
            let mut last = 0;
            for left in (0..100).rev() {
                let (key, i) = queue.pop().unwrap();
                assert_eq!(key, (i * 37) % 1000);
                assert!(key / 16 >= last / 16);
                last = key;
                if left == 50 && round == 1 {
                    queue.push(3, 7);
                    assert_eq!(queue.pop(), Some((3, 7)), "an earlier bucket may come later");
                }
            }
            assert_eq!(queue.pop(), None);
        }
        assert!(queue.entries.len() <= 101);
    }
}
