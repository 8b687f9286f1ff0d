//! Places: the tree with its versions, search, boundaries.

mod boundaries;
mod read;
mod search;
mod write;

pub use boundaries::BoundaryRow;
pub use read::PlaceCount;
pub use search::Hit;
pub(crate) use write::place_terms;
