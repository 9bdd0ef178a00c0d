//! The frozen graph and what it is made of.

pub mod tape;
