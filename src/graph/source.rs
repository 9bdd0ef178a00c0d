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
        let owned = |number: u32| self.line(text, number).map(str::to_owned);
        Excerpt {
            text: owned(line).unwrap_or_default(),
            before: (line.saturating_sub(2)..line).filter_map(owned).collect(),
            after: (line + 1..=line.saturating_add(2)).filter_map(owned).collect(),
        }
    }

    fn line<'t>(&self, text: &'t str, number: u32) -> Option<&'t str> {
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
        text.lines().nth(index as usize)
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
