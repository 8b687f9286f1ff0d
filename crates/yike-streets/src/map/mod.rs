//! Drawing: vector tiles and server-side pictures of a city.
