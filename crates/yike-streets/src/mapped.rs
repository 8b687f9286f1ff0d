//! Memory-mapped files.

use std::fs::File;
use std::io;

use memmap2::Mmap;

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
