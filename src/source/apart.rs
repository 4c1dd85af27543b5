//! A large part of a record that not all of its many have.

use std::ops::{Deref, DerefMut};

/// A value that is held apart from the record that it is part of, so that records without it stay small.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Apart<T>(Box<T>);

impl<T> From<T> for Apart<T> {
    fn from(value: T) -> Apart<T> {
        Apart(Box::new(value))
    }
}

impl<T> Deref for Apart<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Apart<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}
