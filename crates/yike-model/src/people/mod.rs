//! People in roles at places: who acts, and what a role may do.

mod actor;
mod permit;
mod token;

pub use actor::{Actor, Posting, Role};
pub use permit::{Deed, Where, Who, permitted, rule};
pub use token::Token;
