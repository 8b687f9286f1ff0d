//! Nouns and rules of Yike. Pure: no I/O, no clock, no SQL, no HTTP.
