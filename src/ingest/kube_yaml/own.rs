//! Keeps a body as it stands in the file: the nodes point into the lines, so that nothing is decoded and evidence can quote them.

use super::fast::Skipped;
use super::lines::Place;
use crate::graph::SourceLines;
use crate::graph::tape::{Node, Tape, Value, small};

/// A longer line beside an object is no help to anybody who reads evidence.
const LONGEST_BESIDE: usize = 4096;

/// Where in its file an object stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct File<'a> {
    pub(super) text: &'a str,
    pub(super) start: Place,
    pub(super) end: usize,
    /// Lines inside that have no nodes.
    pub(super) skipped: &'a [Skipped],
}

impl<'a> File<'a> {
    pub(super) fn own(self, nodes: &[Node]) -> Tape {
        let base = self.start.pos;
        let (from, first) = self.two_lines_before();
        let to = self.two_lines_after();
        let left_out: usize = self.skipped.iter().map(|skipped| skipped.end - skipped.start).sum();
        let mut text = String::with_capacity((to - from).saturating_sub(left_out));
        let mut at = from;
        for skipped in self.skipped {
            text.push_str(self.text.get(at..skipped.start).unwrap_or_default());
            at = skipped.end;
        }
        text.push_str(self.text.get(at..to).unwrap_or_default());

        // Nodes come in the order of the file, so one walk over the gaps is enough.
        let mut gaps = self.skipped.iter().peekable();
        let mut removed = 0;
        let mut moved = |offset: u32| {
            let position = base + offset as usize;
            while let Some(gap) = gaps.next_if(|gap| gap.end <= position) {
                removed += gap.end - gap.start;
            }
            small(position - from - removed)
        };
        let nodes = nodes.iter().map(|node| node.moved(&mut moved)).collect();
        let holes = self.skipped.iter().map(|skipped| (skipped.from, skipped.to)).collect();
        Tape::of_lines(text.into_boxed_str(), nodes, SourceLines::of_body(first, holes))
    }

    pub(super) fn line_of(self, value: Value<'a>) -> Option<&'a str> {
        let position = self.start.pos + value.offset()?;
        let bytes = self.text.as_bytes();
        let start = memchr::memrchr(b'\n', bytes.get(..position)?).map_or(0, |at| at + 1);
        let end = memchr::memchr(b'\n', bytes.get(position..)?).map_or(bytes.len(), |at| position + at);
        self.text.get(start..end)
    }

    fn two_lines_before(self) -> (usize, u32) {
        let bytes = self.text.as_bytes();
        let mut place = self.start;
        for _ in 0..2 {
            let Some(before) = place.pos.checked_sub(1) else { break };
            let start = memchr::memrchr(b'\n', &bytes[..before]).map_or(0, |at| at + 1);
            if before - start > LONGEST_BESIDE {
                break;
            }
            place = Place { pos: start, line: place.line - 1 };
        }
        (place.pos, place.line)
    }

    fn two_lines_after(self) -> usize {
        let bytes = self.text.as_bytes();
        let mut end = self.end;
        for _ in 0..2 {
            let rest = &bytes[end..];
            let length = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
            if length > LONGEST_BESIDE {
                break;
            }
            end += length;
        }
        end
    }
}
