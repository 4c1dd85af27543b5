//! Files that are made together and printed one by one.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::output::hcl::Body;

/// Bodies of files that are made together. Each is given away to be printed, so that nobody holds it from then on.
pub(super) struct Shelf<'a> {
    bodies: Vec<Mutex<Option<Body>>>,
    again: Box<dyn Fn() -> Vec<Body> + Send + Sync + 'a>,
}

impl<'a> Shelf<'a> {
    /// `again`: makes the same bodies once more.
    pub(super) fn new(bodies: Vec<Body>, again: impl Fn() -> Vec<Body> + Send + Sync + 'a) -> Shelf<'a> {
        Shelf { bodies: bodies.into_iter().map(|body| Mutex::new(Some(body))).collect(), again: Box::new(again) }
    }

    fn place(&self, index: usize) -> MutexGuard<'_, Option<Body>> {
        // A body is there or it is not, also where another thread panics.
        self.bodies[index].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives a body away. Where that was done before, all are made again: a build asks for each once.
    pub(super) fn take(&self, index: usize) -> Body {
        if let Some(body) = self.place(index).take() {
            return body;
        }
        let mut own = Body::default();
        for (number, body) in (self.again)().into_iter().enumerate() {
            if number == index {
                own = body;
            } else {
                *self.place(number) = Some(body);
            }
        }
        own
    }
}
