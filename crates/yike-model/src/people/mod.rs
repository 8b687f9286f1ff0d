//! People in roles at places: who acts, and what a role may do.

mod actor;
mod permit;
mod phone;
mod program;
mod resident;
mod token;

pub use actor::{Actor, Posting, Role};
pub use permit::{Deed, Where, Who, permitted, rule};
pub use phone::{BadPattern, BadPhone, PhoneCode, PhoneNumber, PhonePattern};
pub use program::{Right, Rights};
pub use resident::{Basis, CODE_LASTS, CODE_TRIES, Counted, Purpose, Rate, Resident, SentCode};
pub use token::Token;
