//! Texts packed behind each other while a city is collected.

/// A growing list of texts. Number 0 is the empty text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pool {
    bytes: String,
    ends: Vec<u32>,
}

impl Pool {
    /// Adds a text and returns its number.
    pub(crate) fn add(&mut self, text: &str) -> u32 {
        if text.is_empty() {
            return 0;
        }
        self.bytes.push_str(text);
        self.ends.push(self.bytes.len() as u32);
        self.ends.len() as u32
    }

    pub(crate) fn add_optional(&mut self, text: Option<&str>) -> u32 {
        self.add(text.unwrap_or_default())
    }

    pub(crate) fn get(&self, number: u32) -> &str {
        let Some(at) = (number as usize).checked_sub(1) else { return "" };
        let start = if at == 0 { 0 } else { self.ends[at - 1] as usize };
        &self.bytes[start..self.ends[at] as usize]
    }

    /// Appends another pool; its numbers, but 0, grow by the returned amount.
    pub(crate) fn append(&mut self, other: &Self) -> u32 {
        let (shift, base) = (self.ends.len() as u32, self.bytes.len() as u32);
        self.bytes.push_str(&other.bytes);
        self.ends.extend(other.ends.iter().map(|e| e + base));
        shift
    }
}
