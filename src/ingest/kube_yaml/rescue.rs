//! When a document or item does not parse: find the part in front of the damage that does.

use super::general::Failure;
use super::lines::{Place, line_at};
use super::outline::Outline;
use super::read::{Parsed, Pass, Range};
use super::{Problem, excerpt};
use crate::graph::tape::Value;

impl Pass<'_> {
    /// Tries to keep the front part of a range that failed; reports the rest. The flag says that the object is incomplete.
    pub(super) fn rescue(&mut self, range: Range, outline: &Outline<'_>, failure: Failure, inherited_kind: Option<&str>) -> Option<(Parsed, bool)> {
        if failure.limit {
            self.report(failure);
            return None;
        }
        for cut in self.cuts(range, outline, failure.line) {
            let Ok(parsed) = self.attempt(Range { end: cut.pos, ..range }) else {
                continue;
            };
            if !self.has_identity(parsed, range, inherited_kind) {
                continue;
            }
            let (line, _) = line_at(self.text, cut);
            let number = self.line(cut.line);
            let top_level = range.column == 0 && !line.starts_with([' ', '\t']);
            let last_line = !self.text[cut.pos..range.end].contains('\n');
            let at_end = range.end == self.text.len();
            if at_end && (last_line || !top_level) {
                self.told_of_cut = true;
                self.problem(Problem::Truncated { line: number });
                return Some((parsed, true));
            }
            if top_level {
                self.problem(Problem::TrailingGarbage { line: number, text: excerpt(line).to_owned() });
                return Some((parsed, false));
            }
            self.problem(Problem::Unparsable { line: number, reason: failure.reason, text: excerpt(line).to_owned() });
            return Some((parsed, true));
        }
        let place = self.place_of(range, failure.line);
        let (line, _) = line_at(self.text, place);
        let text = excerpt(line).to_owned();
        let line = self.line(failure.line);
        self.problem(Problem::Unparsable { line, reason: failure.reason, text });
        None
    }

    /// Where to cut, most likely first. A handful: each costs a parse.
    fn cuts(&self, range: Range, outline: &Outline<'_>, failed: u32) -> Vec<Place> {
        let inside = |place: &Place| place.pos > range.start.pos && place.pos < range.end;
        let mut cuts: Vec<Place> = Vec::new();
        if range.column == 0 {
            let error = self.place_of(range, failed);
            // An older tail breaks at or after the first key out of order, never before it.
            cuts.extend(outline.suspect.filter(|suspect| suspect.pos <= error.pos).filter(inside));
            cuts.extend(outline.broken.filter(inside));
        }
        let last_break = self.text[..range.end].trim_end_matches('\n').rfind('\n').map(|at| at + 1);
        if let Some(pos) = last_break.filter(|_| range.end == self.text.len()) {
            let breaks = memchr::memchr_iter(b'\n', &self.text.as_bytes()[range.start.pos..pos.max(range.start.pos)]).count();
            let line = range.start.line.saturating_add(u32::try_from(breaks).unwrap_or(u32::MAX));
            cuts.extend(Some(Place { pos, line }).filter(inside));
        }
        // The fast reader stopped at the line on which the damaged value begins, which the parser sees only at its end.
        cuts.extend(self.reader.fast.stopped_at().filter(inside));
        let error = self.place_of(range, failed);
        cuts.extend(Some(error).filter(inside));
        cuts.extend(self.line_before(range, error).filter(inside));
        cuts.dedup();
        cuts
    }

    fn place_of(&self, range: Range, line: u32) -> Place {
        let mut place = range.start;
        while place.line < line && place.pos < range.end {
            place = line_at(self.text, place).1;
        }
        place
    }

    fn line_before(&self, range: Range, place: Place) -> Option<Place> {
        let before = self.text.get(range.start.pos..place.pos)?.strip_suffix('\n')?;
        let pos = range.start.pos + before.rfind('\n')? + 1;
        Some(Place { pos, line: place.line.saturating_sub(1) })
    }

    /// The object has a kind and a name.
    pub(super) fn has_identity(&self, parsed: Parsed, range: Range, inherited_kind: Option<&str>) -> bool {
        let (text, nodes) = match parsed {
            Parsed::Fast => (&self.text[range.start.pos..], self.reader.fast.nodes()),
            Parsed::General => self.reader.builder.parts(),
        };
        let root = Value::new(text, nodes, 0);
        let kind = inherited_kind.is_some() || root.get("kind").is_some_and(|kind| !kind.is_null());
        kind && root.path("metadata.name").is_some_and(|name| !name.is_null())
    }
}
