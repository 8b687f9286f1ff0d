//! The few parts of the protobuf wire format that OSM files use, read straight from a slice.

use std::borrow::Cow;

/// What is wrong with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum WireError {
    #[error("it ends in the middle of a value")]
    Cut,
    #[error("a number is longer than 64 bits")]
    LongNumber,
    #[error("a field has a wire type that does not exist")]
    WireType,
    #[error("a field has the wrong wire type")]
    WrongType,
    #[error("a list of deltas overflows 64 bits")]
    Overflow,
    #[error("lists that belong together have different lengths")]
    Uneven,
    #[error("a string number is beyond the string table")]
    NoString,
    #[error("a member has a type that does not exist")]
    MemberType,
    #[error("it holds more than {0}")]
    TooMany(&'static str),
}

/// One field's value.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
    /// Fixed-width numbers, which OSM files do not use.
    Other,
}

impl<'a> Value<'a> {
    pub(crate) fn number(self) -> Result<u64, WireError> {
        if let Self::Number(n) = self { Ok(n) } else { Err(WireError::WrongType) }
    }

    pub(crate) fn bytes(self) -> Result<&'a [u8], WireError> {
        if let Self::Bytes(b) = self { Ok(b) } else { Err(WireError::WrongType) }
    }
}

/// Reads a message field by field, or a packed list value by value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wire<'a> {
    rest: &'a [u8],
}

impl<'a> Wire<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    #[inline]
    pub(crate) fn number(&mut self) -> Result<u64, WireError> {
        // Most numbers in OSM files are deltas of one or two bytes.
        if let [first, rest @ ..] = self.rest
            && *first < 0x80
        {
            self.rest = rest;
            return Ok(u64::from(*first));
        }
        self.long_number()
    }

    fn long_number(&mut self) -> Result<u64, WireError> {
        let mut value = 0;
        for (i, byte) in self.rest.iter().enumerate() {
            if i == 9 && *byte > 1 {
                return Err(WireError::LongNumber);
            }
            value |= u64::from(byte & 0x7f) << (7 * i);
            if *byte < 0x80 {
                self.rest = &self.rest[i + 1..];
                return Ok(value);
            }
        }
        Err(WireError::Cut)
    }

    #[inline]
    pub(crate) fn signed(&mut self) -> Result<i64, WireError> {
        let n = self.number()?;
        Ok((n >> 1) as i64 ^ -((n & 1) as i64))
    }

    fn take(&mut self, len: u64) -> Result<&'a [u8], WireError> {
        let len = usize::try_from(len).map_err(|_| WireError::Cut)?;
        let (head, rest) = self.rest.split_at_checked(len).ok_or(WireError::Cut)?;
        self.rest = rest;
        Ok(head)
    }

    /// The next field's number and value, `None` at the end.
    pub(crate) fn field(&mut self) -> Result<Option<(u64, Value<'a>)>, WireError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let tag = self.number()?;
        let value = match tag & 7 {
            0 => Value::Number(self.number()?),
            1 => self.take(8).map(|_| Value::Other)?,
            2 => {
                let len = self.number()?;
                Value::Bytes(self.take(len)?)
            }
            5 => self.take(4).map(|_| Value::Other)?,
            _ => return Err(WireError::WireType),
        };
        Ok(Some((tag >> 3, value)))
    }
}

/// A packed list, which a writer may also have split or left unpacked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Packed<'a>(Cow<'a, [u8]>);

impl<'a> Packed<'a> {
    pub(crate) fn add(&mut self, value: Value<'a>) -> Result<(), WireError> {
        match value {
            Value::Bytes(bytes) if self.0.is_empty() => self.0 = Cow::Borrowed(bytes),
            Value::Bytes(bytes) => self.0.to_mut().extend_from_slice(bytes),
            Value::Number(mut n) => {
                while n >= 0x80 {
                    self.0.to_mut().push(n as u8 | 0x80);
                    n >>= 7;
                }
                self.0.to_mut().push(n as u8);
            }
            Value::Other => return Err(WireError::WrongType),
        }
        Ok(())
    }

    pub(crate) fn wire(&self) -> Wire<'_> {
        Wire::new(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_every_length_are_read() {
        for value in [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX] {
            let mut packed = Packed::default();
            packed.add(Value::Number(value)).unwrap();
            let mut wire = packed.wire();
            assert_eq!(wire.number(), Ok(value));
            assert!(wire.is_empty());
        }
        assert_eq!(Wire::new(&[0x80]).number(), Err(WireError::Cut));
        assert_eq!(Wire::new(&[0xff; 11]).number(), Err(WireError::LongNumber));
        assert_eq!(Wire::new(&[1]).signed(), Ok(-1));
    }

    #[test]
    fn fields_end_where_they_say() {
        assert!(Wire::new(&[0x0a, 5, 1]).field().is_err(), "bytes cut short");
        assert!(Wire::new(&[0x0b]).field().is_err(), "groups do not exist here");
        let mut wire = Wire::new(&[0x0a, 1, 7, 0x10, 3]);
        assert_eq!(wire.field().unwrap().unwrap().1.bytes(), Ok(&[7][..]));
        assert_eq!(wire.field().unwrap().unwrap().1.number(), Ok(3));
        assert!(wire.field().unwrap().is_none());
    }
}
