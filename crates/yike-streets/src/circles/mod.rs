//! Life circles: what each home reaches on foot, by whom, in how long.
