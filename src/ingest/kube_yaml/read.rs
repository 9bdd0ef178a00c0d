//! Walks over the documents of a file and the items of its lists.

use super::emit::{Around, shifted};
use super::fast::{self, Mode};
use super::general;
use super::lines::{Place, ends_document, indent_of, is_separator, item_end, line_at};
use super::noise::{self, Noise};
use super::outline::{NoiseInside, Outline, key_value};
use super::prepare::{self, prepare};
use super::{Item, Limits, Problem, Reader, excerpt};
use crate::graph::tape::Value;

/// One pass over the text of a file, or over what is left of it once stderr lines were taken out.
pub(super) struct Pass<'p> {
    pub(super) text: &'p str,
    odd: bool,
    /// The file ended inside a character.
    cut: bool,
    /// The end of the file was reported as broken.
    pub(super) told_of_cut: bool,
    limits: Limits,
    pub(super) reader: &'p mut Reader,
    /// Numbers of the lines that were taken out.
    pub(super) removed: &'p [u32],
    pub(super) on_item: &'p mut dyn FnMut(Item<'_>),
    on_problem: &'p mut dyn FnMut(Problem),
    /// Documents met so far, readable or not.
    documents: usize,
}

/// The part of the text that one object takes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Range {
    pub(super) start: Place,
    pub(super) end: usize,
    /// Where the content begins on its first line: behind the dash, for a list item.
    pub(super) column: usize,
    pub(super) mode: Mode,
}

/// Which buffer holds the object that was just read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Parsed {
    Fast,
    General,
}

pub(super) fn file(reader: &mut Reader, source: &[u8], limits: Limits, on_item: &mut dyn FnMut(Item<'_>), on_problem: &mut dyn FnMut(Problem)) {
    let prepared = prepare(source, on_problem);
    if prepared.text.trim().is_empty() {
        on_problem(Problem::Empty);
        return;
    }
    let start = Place { pos: 0, line: 1 };
    let mut pass = Pass {
        text: &prepared.text,
        odd: prepared.odd,
        cut: prepared.cut,
        told_of_cut: false,
        limits,
        reader,
        removed: &[],
        on_item,
        on_problem,
        documents: 0,
    };
    let Err(stop) = pass.run(start) else {
        return;
    };
    // Taking all of it out at once, from here on, means that this happens once per file.
    let (clean, dropped) = noise::strip(&prepared.text[stop.pos..], stop.line);
    let mut removed = Vec::with_capacity(dropped.len());
    for (line, noise, text) in dropped {
        removed.push(line);
        (pass.on_problem)(Problem::StderrLine { line, text, benign: noise == Noise::Benign });
    }
    pass.text = &clean;
    pass.removed = &removed;
    let again = pass.run(Place { pos: 0, line: stop.line });
    debug_assert!(again.is_ok(), "no stderr line is left");
}

impl Pass<'_> {
    /// Reads from `place` to the end. The error is the start of a document with a stderr line inside.
    fn run(&mut self, mut place: Place) -> Result<(), Place> {
        while let Some(start) = self.head(place) {
            place = self.document(start).map_err(|NoiseInside| start)?;
            self.documents += 1;
            debug_assert!(place.pos > start.pos, "every document takes at least a line");
        }
        Ok(())
    }

    pub(super) fn problem(&mut self, problem: Problem) {
        (self.on_problem)(problem);
    }

    /// The line in the file for a line of this text.
    pub(super) fn line(&self, line: u32) -> u32 {
        shifted(self.removed, line)
    }

    /// Skips to the first line of the next document, past separators, comments and stderr.
    fn head(&mut self, mut place: Place) -> Option<Place> {
        let mut dropped: Vec<(u32, Noise, &str)> = Vec::new();
        let text = self.text;
        let found = loop {
            if place.pos >= text.len() {
                break None;
            }
            let (line, next) = line_at(text, place);
            let trimmed = line.trim_end();
            let skip = trimmed.is_empty() || is_separator(trimmed) || trimmed == "..." || trimmed.starts_with(['#', '%']);
            if !skip {
                if let Some(noise) = noise::at_head(line) {
                    dropped.push((self.line(place.line), noise, trimmed));
                } else if noise::looks_like_yaml(line) {
                    break Some(place);
                } else if let Some(start) = begins_later(text, next) {
                    // Text that no pattern knows, but YAML follows: keep the text, all of it.
                    let mut at = place;
                    while at.pos < start.pos {
                        let (line, after) = line_at(text, at);
                        if !line.trim().is_empty() && !is_separator(line) {
                            dropped.push((self.line(at.line), Noise::Failure, line.trim_end()));
                        }
                        at = after;
                    }
                    break Some(start);
                } else {
                    self.prose(place, &dropped);
                    return None;
                }
            }
            place = next;
        };
        if found.is_none() && self.documents == 0 {
            self.stderr(&dropped);
            return None;
        }
        for (line, noise, text) in dropped {
            let text = excerpt(text).to_owned();
            self.problem(Problem::StderrLine { line, text, benign: noise == Noise::Benign });
        }
        found
    }

    /// The rest of the file is text without any YAML.
    fn prose(&mut self, place: Place, dropped: &[(u32, Noise, &str)]) {
        let (line, _) = line_at(self.text, place);
        let number = self.line(place.line);
        if self.documents > 0 {
            self.problem(Problem::TrailingGarbage { line: number, text: excerpt(line).to_owned() });
            return;
        }
        let first = dropped.first().map_or(number, |(line, ..)| *line);
        let head = dropped.iter().map(|(_, _, text)| *text);
        let text = joined(head.chain(self.text[place.pos..].lines()));
        self.problem(Problem::Stderr { line: first, text });
    }

    fn stderr(&mut self, dropped: &[(u32, Noise, &str)]) {
        match dropped.first() {
            None if self.removed.is_empty() => self.problem(Problem::Empty),
            None => {}
            Some((line, ..)) => {
                let text = joined(dropped.iter().map(|(_, _, text)| *text));
                self.problem(Problem::Stderr { line: *line, text });
            }
        }
    }

    /// Reads one document and returns where the next may begin.
    fn document(&mut self, start: Place) -> Result<Place, NoiseInside> {
        let rest = &self.text[start.pos..];
        if rest.trim_start().starts_with(['{', '[']) {
            return Ok(self.flow_document(start));
        }
        let whole = Range { start, end: self.text.len(), column: 0, mode: Mode::Document };
        if let Some(end) = self.try_fast(whole) {
            let root = Value::new(&self.text[start.pos..], self.reader.fast.nodes(), 0);
            if root.get("kind").and_then(Value::text).as_deref() == Some("List") {
                return Ok(end);
            }
            let truncated = self.cut_at(end.pos, start);
            self.emit(Parsed::Fast, start, Around { truncated, ..Around::default() });
            return Ok(end);
        }
        let outline = Outline::of(self.text, start)?;
        if outline.is_list() && !outline.has_flow_items() {
            self.list(&outline);
            return Ok(outline.end);
        }
        let range = Range { end: outline.end.pos, mode: Mode::Range, ..whole };
        match self.attempt(range) {
            Ok(parsed) => {
                let truncated = self.cut_at(range.end, start);
                self.emit_root(parsed, start, truncated);
            }
            Err(failure) => {
                let found = self.rescue(range, &outline, failure, None);
                if let Some((parsed, truncated)) = found {
                    self.emit(parsed, start, Around { truncated, ..Around::default() });
                }
            }
        }
        Ok(outline.end)
    }

    /// JSON, or YAML in flow style: read as a whole, since nothing in it can be cut by indentation.
    fn flow_document(&mut self, start: Place) -> Place {
        let mut end = start;
        while end.pos < self.text.len() {
            let (line, next) = line_at(self.text, end);
            if end.pos > start.pos && ends_document(line) {
                break;
            }
            end = next;
        }
        let text = &self.text[start.pos..end.pos];
        self.reader.stats.general_bytes += text.len() as u64;
        let read = general::parse(text, start.line, self.limits, &mut self.reader.builder);
        match read {
            Ok(()) => self.emit_root(Parsed::General, start, false),
            Err(failure) => match serde_json::from_str(text) {
                // JSON that is not YAML, such as a pair of \u escapes for one character; the lines are lost.
                Ok(json) if !failure.limit => {
                    self.reader.builder.clear();
                    self.reader.builder.json(&json, start.line);
                    self.emit_root(Parsed::General, start, false);
                }
                _ => self.report(failure),
            },
        }
        end
    }

    /// The file was cut inside a character, and `end` is where the file ends.
    fn cut_at(&mut self, end: usize, start: Place) -> bool {
        if !self.cut || end < self.text.len() {
            return false;
        }
        let breaks = memchr::memchr_iter(b'\n', &self.text.as_bytes()[start.pos..]).count();
        let line = self.line(start.line.saturating_add(u32::try_from(breaks).unwrap_or(u32::MAX)));
        self.problem(Problem::Truncated { line });
        true
    }

    /// Streams the items of a list.
    fn list(&mut self, outline: &Outline<'_>) {
        let Some(mut place) = outline.items else {
            return;
        };
        let around = Around {
            kind: outline.item_kind(),
            api_version: outline.api_version.filter(|_| outline.item_kind().is_some()),
            from_list: true,
            truncated: false,
        };
        let end = outline.end.pos;
        let mut column = None;
        while place.pos < end {
            let (line, next) = line_at(self.text, place);
            let Some(indent) = indent_of(line) else {
                place = next;
                continue;
            };
            let dash = line[indent..].starts_with("- ") || &line[indent..] == "-";
            if dash && column.is_none_or(|column| column == indent) {
                column = Some(indent);
                place = self.list_item(place, indent, outline, around);
                continue;
            }
            if indent == 0 {
                break;
            }
            if line[indent..].starts_with('#') {
                place = next;
                continue;
            }
            self.unparsable(place, "not an item of the list");
            place = item_end(&self.text[..end], place, column.unwrap_or(0));
        }
        if place.pos < end {
            self.after_items(place, outline);
        } else if outline.lacks_its_end() && end == self.text.len() && !self.told_of_cut {
            let line = self.line(place.line);
            self.problem(Problem::Truncated { line });
        }
    }

    fn list_item(&mut self, start: Place, indent: usize, outline: &Outline<'_>, mut around: Around<'_>) -> Place {
        let (line, _) = line_at(self.text, start);
        let column = indent + 1 + line[indent + 1..].bytes().take_while(|byte| *byte == b' ').count();
        let end = outline.end.pos;
        // Without the list's own last lines nobody can tell whether this item is complete.
        let open_end = outline.lacks_its_end() && end == self.text.len();
        let whole = Range { start, end, column, mode: Mode::Item { dash: indent } };
        if let Some(next) = self.try_fast(whole) {
            around.truncated = open_end && next.pos >= end;
            if !around.truncated || self.has_identity(Parsed::Fast, whole, around.kind) {
                self.emit(Parsed::Fast, start, around);
            }
            return next;
        }
        let next = item_end(&self.text[..end], start, indent);
        let range = Range { end: next.pos, ..whole };
        around.truncated = open_end && next.pos >= end;
        match self.attempt(range) {
            // Of a file that ends here, a fragment without a name is nobody's object.
            Ok(parsed) if around.truncated && !self.has_identity(parsed, range, around.kind) => {}
            Ok(parsed) => self.emit(parsed, start, around),
            Err(failure) => {
                if let Some((parsed, truncated)) = self.rescue(range, outline, failure, around.kind) {
                    around.truncated |= truncated;
                    self.emit(parsed, start, around);
                }
            }
        }
        next
    }

    /// The list's own fields, and whatever an older version of the file left behind them.
    fn after_items(&mut self, mut place: Place, outline: &Outline<'_>) {
        let mut last = "items";
        while place.pos < outline.end.pos {
            let (line, next) = line_at(self.text, place);
            let nested = line.starts_with(' ') && matches!(last, "metadata" | "apiVersion" | "kind");
            if !line.trim().is_empty() && !nested && !line.starts_with('#') {
                let key = key_value(line).map(|(key, _)| key);
                let again = outline.broken.is_some_and(|broken| broken == place);
                match key {
                    Some(key @ ("kind" | "metadata" | "apiVersion")) if !again => last = key,
                    _ => {
                        let number = self.line(place.line);
                        self.problem(Problem::TrailingGarbage { line: number, text: excerpt(line).to_owned() });
                        return;
                    }
                }
            }
            place = next;
        }
    }

    /// Runs the fast reader; returns where the object ends.
    fn try_fast(&mut self, range: Range) -> Option<Place> {
        if self.reader.general_only {
            return None;
        }
        let text = &self.text[..range.end];
        let end = {
            let Reader { fast, skips, .. } = &mut *self.reader;
            fast::parse(text, range.start, range.column, range.mode, (self.limits, skips), fast)?
        };
        if self.odd && prepare::is_odd(&text[range.start.pos..end.pos]) {
            return None;
        }
        self.reader.stats.fast_bytes += (end.pos - range.start.pos) as u64;
        Some(end)
    }

    /// Reads a range that is known to hold one object, by whichever reader can.
    pub(super) fn attempt(&mut self, range: Range) -> Result<Parsed, general::Failure> {
        if self.try_fast(range).is_some_and(|end| end.pos >= range.end) {
            return Ok(Parsed::Fast);
        }
        let body = &self.text[(range.start.pos + range.column).min(range.end)..range.end];
        self.reader.stats.general_bytes += (range.end - range.start.pos) as u64;
        let builder = &mut self.reader.builder;
        if range.column == 0 {
            general::parse(body, range.start.line, self.limits, builder)?;
        } else {
            // The columns must stay what they were, so the dash becomes a space.
            let scratch = &mut self.reader.scratch;
            scratch.clear();
            scratch.extend(std::iter::repeat_n(' ', range.column));
            scratch.push_str(body);
            general::parse(scratch, range.start.line, self.limits, builder)?;
        }
        Ok(Parsed::General)
    }

    pub(super) fn report(&mut self, failure: general::Failure) {
        let line = self.line(failure.line);
        if failure.limit {
            self.problem(Problem::Limit { line, reason: failure.reason });
            return;
        }
        self.problem(Problem::Unparsable { line, reason: failure.reason, text: String::new() });
    }

    fn unparsable(&mut self, place: Place, reason: &str) {
        let (line, _) = line_at(self.text, place);
        let number = self.line(place.line);
        self.problem(Problem::Unparsable { line: number, reason: reason.to_owned(), text: excerpt(line).to_owned() });
    }
}

/// The first line from `place` on that can only be YAML.
fn begins_later(text: &str, mut place: Place) -> Option<Place> {
    while place.pos < text.len() {
        let (line, next) = line_at(text, place);
        if noise::begins_document(line) {
            return Some(place);
        }
        place = next;
    }
    None
}

/// Joins lines up to 4 KiB.
fn joined<'t>(lines: impl Iterator<Item = &'t str>) -> String {
    const LONGEST: usize = 4096;
    let mut text = String::new();
    for line in lines {
        if text.len() + line.len() >= LONGEST {
            text.push_str(excerpt(line));
            break;
        }
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(line.trim_end());
    }
    text
}
