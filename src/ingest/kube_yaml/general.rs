//! The net: a full YAML parser's events fill the same kind of tape, whatever style the text is in.
//!
//! It is some thirty times slower than the fast reader, so it gets one item at a time where an item can be cut out.

use super::Limits;
use crate::graph::tape::{Style, TapeBuilder, small};
use rustc_hash::FxHashSet;
use saphyr_parser::{Event, Parser, ScalarStyle, Tag};

/// Why the text could not be read.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) line: u32,
    pub(super) reason: String,
    /// A limit was hit: cutting the text will not help.
    pub(super) limit: bool,
}

/// What the next event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    /// An element of a list.
    Element,
    Key,
    /// The value of the key that was just read.
    Value,
}

/// What the parser is inside of.
struct Frame {
    next: Next,
    /// The line of the key whose value comes next.
    line: u32,
    /// This is the value of a key `metadata`.
    metadata: bool,
    key_is_metadata: bool,
}

struct Walk<'b> {
    builder: &'b mut TapeBuilder,
    frames: Vec<Frame>,
    /// Depth inside a `managedFields` value, which is not kept.
    skipping: usize,
    skip_next: bool,
    root_keys: FxHashSet<String>,
    first_line: u32,
    limits: Limits,
}

/// Reads one document into `builder`. `first_line` is the number of the first line of `text` in its file.
pub(super) fn parse(text: &str, first_line: u32, limits: Limits, builder: &mut TapeBuilder) -> Result<(), Failure> {
    builder.clear();
    if text.len() > limits.item_bytes {
        let reason = format!("larger than {} bytes", limits.item_bytes);
        return Err(Failure { line: first_line, reason, limit: true });
    }
    let mut walk = Walk { builder, frames: Vec::new(), skipping: 0, skip_next: false, root_keys: FxHashSet::default(), first_line, limits };
    let mut parser = Parser::new_from_str(text);
    let mut documents = 0;
    while let Some(event) = parser.next_event() {
        let (event, span) =
            event.map_err(|error| Failure { line: walk.line(error.marker().line()), reason: error.info().to_owned(), limit: false })?;
        let line = walk.line(span.start.line());
        if matches!(event, Event::DocumentStart(_)) {
            documents += 1;
            if documents > 1 {
                return Err(Failure { line, reason: "a second document begins here".to_owned(), limit: false });
            }
            continue;
        }
        walk.event(event, line)?;
    }
    Ok(())
}

impl Walk<'_> {
    fn line(&self, relative: usize) -> u32 {
        self.first_line.saturating_add(small(relative.saturating_sub(1)))
    }

    fn event(&mut self, event: Event<'_>, line: u32) -> Result<(), Failure> {
        match event {
            Event::Scalar(text, style, _, tag) => self.scalar(&text, style, tag.as_deref(), line),
            Event::MappingStart(..) => self.start(true, line),
            Event::SequenceStart(..) => self.start(false, line),
            Event::MappingEnd | Event::SequenceEnd => {
                self.end();
                Ok(())
            }
            Event::Alias(_) => Err(Failure { line, reason: "aliases are refused".to_owned(), limit: true }),
            _ => Ok(()),
        }
    }

    fn start(&mut self, is_map: bool, line: u32) -> Result<(), Failure> {
        if self.skipping > 0 || std::mem::take(&mut self.skip_next) {
            self.skipping += 1;
            if self.skipping > self.limits.depth {
                return Err(self.too_deep(line));
            }
            return Ok(());
        }
        if self.frames.len() >= self.limits.depth {
            return Err(self.too_deep(line));
        }
        let (line, metadata) = self.place(line)?;
        let next = if is_map { Next::Key } else { Next::Element };
        self.frames.push(Frame { next, line, metadata, key_is_metadata: false });
        if is_map {
            self.builder.map_start(line);
        } else {
            self.builder.seq_start(line);
        }
        self.count(line)
    }

    /// The line of the value that begins now, and whether it is the value of a key `metadata`.
    fn place(&mut self, line: u32) -> Result<(u32, bool), Failure> {
        let Some(frame) = self.frames.last_mut() else {
            return Ok((line, false));
        };
        match frame.next {
            Next::Element => Ok((line, false)),
            Next::Key => Err(Failure { line, reason: "a key must be text".to_owned(), limit: false }),
            Next::Value => {
                frame.next = Next::Key;
                Ok((frame.line, frame.key_is_metadata))
            }
        }
    }

    fn end(&mut self) {
        if self.skipping > 0 {
            self.skipping -= 1;
            return;
        }
        self.frames.pop();
        self.builder.end();
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, tag: Option<&Tag>, line: u32) -> Result<(), Failure> {
        if self.skipping > 0 || std::mem::take(&mut self.skip_next) {
            return Ok(());
        }
        let depth = self.frames.len();
        if let Some(frame) = self.frames.last_mut().filter(|frame| frame.next == Next::Key) {
            if frame.metadata && text == "managedFields" {
                self.skip_next = true;
                return Ok(());
            }
            if depth == 1 && !self.root_keys.insert(text.to_owned()) {
                return Err(Failure { line, reason: format!("key {} again", super::excerpt(text)), limit: false });
            }
            frame.next = Next::Value;
            frame.line = line;
            frame.key_is_metadata = text == "metadata";
            self.builder.key(text);
            return Ok(());
        }
        let line = if matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) { header_line(line, text) } else { line };
        let (line, _) = self.place(line)?;
        let style = style_of(style, tag);
        self.builder.scalar(text, style, line);
        self.count(line)
    }

    fn count(&self, line: u32) -> Result<(), Failure> {
        if self.builder.node_count() <= self.limits.nodes {
            return Ok(());
        }
        Err(Failure { line, reason: format!("more than {} values", self.limits.nodes), limit: true })
    }

    fn too_deep(&self, line: u32) -> Failure {
        Failure { line, reason: format!("nested deeper than {}", self.limits.depth), limit: true }
    }
}

/// The parser marks a block scalar at its first line with content, behind its header and the blank lines in front.
fn header_line(line: u32, text: &str) -> u32 {
    let blank = text.bytes().take_while(|byte| *byte == b'\n').count();
    line.saturating_sub(small(blank).saturating_add(1)).max(1)
}

fn style_of(style: ScalarStyle, tag: Option<&Tag>) -> Style {
    let plain = style == ScalarStyle::Plain;
    let core = tag.filter(|tag| tag.is_yaml_core_schema()).map(|tag| tag.suffix.as_str());
    match core {
        Some("str" | "binary" | "timestamp") => Style::Quoted,
        Some("null" | "bool" | "int" | "float") => Style::Plain,
        _ if plain => Style::Plain,
        _ => Style::Quoted,
    }
}
