//! Memory-mapped files.

use std::fs::File;
use std::io;

use memmap2::{Mmap, MmapMut};

/// Maps a whole file for reading. The file must not be cut short by others while it is mapped; what
/// we write ourselves is replaced by rename, never changed in place.
pub(crate) fn map(file: &File) -> io::Result<Mmap> {
    #[expect(unsafe_code, reason = "reading gigabytes without copying them is what mapping is for")]
    // SAFETY: the bytes are only read, and every reader checks them before it trusts them; a file cut
    // short underneath us ends the process (SIGBUS), which is the documented limit of this function.
    unsafe {
        Mmap::map(file)
    }
}

/// Copies bytes to where a mapped file would be, so that what reads files reads memory as well.
pub(crate) fn copied(bytes: &[u8]) -> io::Result<Mmap> {
    let mut map = MmapMut::map_anon(bytes.len())?;
    map.copy_from_slice(bytes);
    map.make_read_only()
}
