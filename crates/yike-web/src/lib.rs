//! Pages, JSON and tiles of Yike. No rules, no SQL.
