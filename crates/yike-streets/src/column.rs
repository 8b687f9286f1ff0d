//! Columns: arrays that are either owned or lie in a memory-mapped file.

use std::ops::Deref;
use std::sync::Arc;

use bytemuck::Pod;
use memmap2::Mmap;

/// An immutable array of plain values. Reads the same whether it was built or mapped.
#[derive(Clone)]
pub enum Column<T: Pod> {
    /// Built in memory.
    Owned(Arc<Vec<T>>),
    /// A part of a mapped file: byte offset (aligned for `T`) and count of values.
    Mapped {
        /// The whole file.
        map: Arc<Mmap>,
        /// Where the values start, in bytes.
        start: usize,
        /// How many values there are.
        len: usize,
    },
}

impl<T: Pod> Column<T> {
    /// Takes a vector.
    pub fn new(values: Vec<T>) -> Self {
        Self::Owned(Arc::new(values))
    }

    /// Views `len` values of a mapped file, or `None` if the range or its alignment does not fit.
    pub fn mapped(map: Arc<Mmap>, start: usize, len: usize) -> Option<Self> {
        let end = start.checked_add(len.checked_mul(size_of::<T>())?)?;
        bytemuck::try_cast_slice::<u8, T>(map.get(start..end)?).ok()?;
        Some(Self::Mapped { map, start, len })
    }
}

impl<T: Pod> Default for Column<T> {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl<T: Pod> From<Vec<T>> for Column<T> {
    fn from(values: Vec<T>) -> Self {
        Self::new(values)
    }
}

impl<T: Pod> Deref for Column<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match self {
            Self::Owned(values) => values,
            Self::Mapped { map, start, len } => {
                bytemuck::cast_slice(&map[*start..*start + *len * size_of::<T>()])
            }
        }
    }
}

impl<T: Pod + std::fmt::Debug> std::fmt::Debug for Column<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Column[{}]", self.len())
    }
}

/// A list of texts in two columns. Text 0 of a pool that has one is conventionally empty.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    /// `ends[i]` is where text `i` ends in `bytes`; it starts where the one before ends.
    pub ends: Column<u32>,
    /// UTF-8, checked when the pool is made or opened.
    pub bytes: Column<u8>,
}

impl Texts {
    /// Packs texts in order.
    pub fn pack<S: AsRef<str>>(texts: impl IntoIterator<Item = S>) -> Self {
        let (mut ends, mut bytes) = (Vec::new(), Vec::new());
        for text in texts {
            bytes.extend_from_slice(text.as_ref().as_bytes());
            ends.push(bytes.len() as u32);
        }
        Self { ends: ends.into(), bytes: bytes.into() }
    }

    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Text `i`; empty when out of range.
    pub fn get(&self, i: usize) -> &str {
        let Some(&end) = self.ends.get(i) else { return "" };
        let start = if i == 0 { 0 } else { self.ends[i - 1] as usize };
        self.bytes
            .get(start..end as usize)
            .and_then(|b| std::str::from_utf8(b).ok())
            .unwrap_or_default()
    }

    /// All texts in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|i| self.get(i))
    }
}
