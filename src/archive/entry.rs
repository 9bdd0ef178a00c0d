//! One file of an input, by its path: the second pass behind `mig-analyze cat`.

use std::cell::{Cell, RefCell};
use std::ops::ControlFlow;

use memchr::memchr;

use super::batch::{Batch, Want};
use super::error::ArchiveError;
use super::limits::Limits;
use super::walker::{Controls, Source, walk_until};

/// How many paths an error lists.
const LISTED: usize = 5;

/// Reads one file whole, named by its path in the input or by any end of it that only one path has.
///
/// Of two members with that path the later one counts, as everywhere; so the walk goes to the end of the input.
pub fn read_entry(source: &Source, limits: &Limits, path: &str) -> Result<Vec<u8>, ArchiveError> {
    let mut content = Vec::new();
    let found = locate(source, limits, path)?;
    stream(source, limits, &found, &mut |bytes| {
        content.extend_from_slice(bytes);
        ControlFlow::Continue(())
    })?;
    Ok(content)
}

/// Hands out the lines of one file with their numbers from 1, until there are no more or `line` breaks.
///
/// Never more than one chunk is in memory. Lines come without their line end.
pub fn each_line(source: &Source, limits: &Limits, path: &str, line: &mut dyn FnMut(u64, &[u8]) -> ControlFlow<()>) -> Result<(), ArchiveError> {
    let found = locate(source, limits, path)?;
    let mut number = 0;
    stream(source, limits, &found, &mut |mut bytes| {
        while !bytes.is_empty() {
            let (this, rest) = match memchr(b'\n', bytes) {
                Some(end) => (&bytes[..end], &bytes[end + 1..]),
                None => (bytes, &[][..]),
            };
            number += 1;
            line(number, this)?;
            bytes = rest;
        }
        ControlFlow::Continue(())
    })
}

/// A path and how many members have had it.
struct Found {
    path: String,
    times: u64,
}

/// Finds the path that is meant, without reading any content out.
fn locate(source: &Source, limits: &Limits, asked: &str) -> Result<Found, ArchiveError> {
    let asked = asked.strip_prefix("./").unwrap_or(asked);
    let name = asked.rsplit('/').next().unwrap_or(asked);
    let search = RefCell::new(Search::default());
    let want = |path: &str| {
        let mut search = search.borrow_mut();
        if path == asked {
            search.exact += 1;
        } else if ends_with(path, asked) {
            search.add(path);
        } else if search.near.is_none() && ends_with(path, name) {
            search.near = Some(path.to_owned());
        }
        Want::Skip
    };
    walk_single(source, limits, &want, &mut |_| {}, &|| false)?;
    let search = search.into_inner();
    if search.exact > 0 {
        return Ok(Found { path: asked.to_owned(), times: search.exact });
    }
    match search.ends.as_slice() {
        [] => {
            let help = search.near.map(|path| format!("there is `{path}`"));
            Err(ArchiveError::NoEntry { path: asked.to_owned(), help })
        }
        [(path, times)] => Ok(Found { path: path.clone(), times: *times }),
        several => {
            let paths: Vec<&str> = several.iter().map(|(path, _)| path.as_str()).collect();
            let help = format!("name one of them in full, for example:\n{}", paths.join("\n"));
            Err(ArchiveError::Ambiguous { path: asked.to_owned(), help })
        }
    }
}

#[derive(Default)]
struct Search {
    exact: u64,
    ends: Vec<(String, u64)>,
    near: Option<String>,
}

impl Search {
    fn add(&mut self, path: &str) {
        if let Some(known) = self.ends.iter_mut().find(|(known, _)| known == path) {
            known.1 += 1;
        } else if self.ends.len() < LISTED {
            self.ends.push((path.to_owned(), 1));
        }
    }
}

/// Whether `path` ends with the components of `end`.
fn ends_with(path: &str, end: &str) -> bool {
    !end.is_empty() && path.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
}

/// Streams the last member of a path, and stops the walk behind it.
fn stream(source: &Source, limits: &Limits, found: &Found, take: &mut dyn FnMut(&[u8]) -> ControlFlow<()>) -> Result<(), ArchiveError> {
    let seen = Cell::new(0);
    let done = Cell::new(false);
    let want = |path: &str| {
        if path != found.path {
            return Want::Skip;
        }
        seen.set(seen.get() + 1);
        if seen.get() == found.times { Want::Stream } else { Want::Skip }
    };
    let mut deliver = |batch: &Batch| {
        for part in &batch.parts {
            if !done.get() && (take(part.own(batch)).is_break() || part.last) {
                done.set(true);
            }
        }
    };
    walk_single(source, limits, &want, &mut deliver, &|| done.get() || seen.get() >= found.times)?;
    if done.get() {
        return Ok(());
    }
    let help = Some("it is an archive or cannot be read; name a file in it: `ARCHIVE!/PATH`".to_owned());
    Err(ArchiveError::NoEntry { path: found.path.clone(), help })
}

/// A walk on one thread that only looks.
fn walk_single(
    source: &Source,
    limits: &Limits,
    want: &dyn Fn(&str) -> Want,
    look: &mut dyn FnMut(&Batch),
    stop: &dyn Fn() -> bool,
) -> Result<(), ArchiveError> {
    let mut deliver = |batch: Batch| {
        look(&batch);
        Some(batch.bytes)
    };
    // What could not be read was reported by the pass that made the report.
    walk_until(source, limits, want, &mut deliver, &mut |_| {}, &Controls { hash: false, stop }).map(|_| ())
}
