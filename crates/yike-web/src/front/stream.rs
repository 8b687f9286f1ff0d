//! Answers that are sent piece by piece, from a task that makes them, with bounded memory.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use futures_core::Stream;
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Pieces that may wait to be sent.
const WAITING: usize = 4;

/// A piece, or why there will be no more: the reader's connection is then broken off, so that half a file
/// is never taken for a whole one.
pub type Piece = io::Result<Bytes>;

struct Pieces(Receiver<Piece>);

impl Stream for Pieces {
    type Item = Piece;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Piece>> {
        self.0.poll_recv(context)
    }
}

/// A body, and where its pieces go in. When the reader goes away, the sender is closed.
pub fn piped() -> (Sender<Piece>, Body) {
    let (pieces, sent) = channel(WAITING);
    (pieces, Body::from_stream(Pieces(sent)))
}
