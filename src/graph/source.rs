use crate::model::Excerpt;

/// The lines of a file that a body was read from. Blocks inside that nobody reads (`managedFields`) are left out.
#[derive(Debug, Clone, Default)]
pub struct SourceLines {
    text: Lines,
    first: u32,
    /// Numbers of the lines left out, each range without its end.
    holes: Box<[(u32, u32)]>,
}

/// Where the lines are.
#[derive(Debug, Clone, Default)]
enum Lines {
    /// No file stands behind the body.
    #[default]
    Nowhere,
    /// The text of the body is the lines.
    Body,
    /// The body holds decoded text, and these are the lines.
    Apart(Box<str>),
}

impl SourceLines {
    /// `text` holds the lines from `first` on, without the lines of `holes`.
    pub fn new(text: Box<str>, first: u32, holes: Box<[(u32, u32)]>) -> Self {
        Self { text: Lines::Apart(text), first, holes }
    }

    /// The text of the body holds the lines from `first` on, without the lines of `holes`.
    pub fn of_body(first: u32, holes: Box<[(u32, u32)]>) -> Self {
        Self { text: Lines::Body, first, holes }
    }

    pub(super) fn is_empty(&self) -> bool {
        matches!(self.text, Lines::Nowhere)
    }

    pub(super) fn bytes(&self) -> usize {
        let apart = if let Lines::Apart(text) = &self.text { text.len() } else { 0 };
        apart + std::mem::size_of_val(&*self.holes)
    }

    /// A line with its neighbours; `body` is the text of the body.
    pub(super) fn excerpt(&self, body: &str, line: u32) -> Excerpt {
        let text = match &self.text {
            Lines::Nowhere => "",
            Lines::Body => body,
            Lines::Apart(text) => text,
        };
        let mut lines = Cursor { rest: Some(text), index: 0 };
        // Asked in rising order, so that the text is walked once.
        let mut owned = |number: u32| lines.line(self.index(number)?).map(str::to_owned);
        Excerpt {
            before: (line.saturating_sub(2)..line).filter_map(&mut owned).collect(),
            text: owned(line).unwrap_or_default(),
            after: (line.saturating_add(1)..=line.saturating_add(2)).filter_map(&mut owned).collect(),
        }
    }

    /// Which of the lines that were kept has this number.
    fn index(&self, number: u32) -> Option<u32> {
        let mut index = number.checked_sub(self.first)?;
        for &(from, to) in &self.holes {
            if number < from {
                break;
            }
            if number < to {
                return None;
            }
            index = index.saturating_sub(to.saturating_sub(from));
        }
        Some(index)
    }
}

/// Walks lines forwards.
struct Cursor<'t> {
    /// From the line `index` on; `None` behind the last.
    rest: Option<&'t str>,
    index: u32,
}

impl<'t> Cursor<'t> {
    /// The line of an index that is not below the one before.
    fn line(&mut self, index: u32) -> Option<&'t str> {
        let ahead = index.checked_sub(self.index)?;
        if ahead > 0 {
            let rest = self.rest?;
            let border = memchr::memchr_iter(b'\n', rest.as_bytes()).nth(ahead as usize - 1);
            self.rest = border.map(|at| &rest[at + 1..]);
            self.index = index;
        }
        let rest = self.rest.filter(|rest| !rest.is_empty())?;
        let line = &rest[..memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len())];
        Some(line.strip_suffix('\r').unwrap_or(line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_their_numbers_across_the_hole() {
        let source = SourceLines::new("a\nb\ne\ng".into(), 10, [(12, 14), (15, 16)].into());
        assert_eq!(source.excerpt("", 11).text, "b");
        assert_eq!(source.excerpt("", 14), Excerpt { text: "e".into(), before: vec![], after: vec!["g".into()] });
        assert_eq!(source.excerpt("", 10).after, ["b"]);
        assert_eq!(source.excerpt("", 15).text, "");
        let body = SourceLines::of_body(3, Box::default());
        assert_eq!(body.excerpt("a\nb", 4).text, "b");
    }
}
