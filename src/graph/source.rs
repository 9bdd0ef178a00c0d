use crate::model::Excerpt;

/// The lines of a file that a body was read from. A block in the middle (`managedFields`) may be left out.
#[derive(Debug, Clone, Default)]
pub struct SourceLines {
    text: Box<str>,
    first: u32,
    hole: Option<(u32, u32)>,
}

impl SourceLines {
    /// `text` holds the lines from `first` on, without the lines `hole.0..hole.1`.
    pub fn new(text: Box<str>, first: u32, hole: Option<(u32, u32)>) -> Self {
        Self { text, first, hole }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    pub(super) fn bytes(&self) -> usize {
        self.text.len()
    }

    pub(super) fn excerpt(&self, line: u32) -> Excerpt {
        let owned = |number: u32| self.line(number).map(str::to_owned);
        Excerpt {
            text: owned(line).unwrap_or_default(),
            before: (line.saturating_sub(2)..line).filter_map(owned).collect(),
            after: (line + 1..=line.saturating_add(2)).filter_map(owned).collect(),
        }
    }

    fn line(&self, number: u32) -> Option<&str> {
        let mut index = number.checked_sub(self.first)?;
        if let Some((from, to)) = self.hole {
            if (from..to).contains(&number) {
                return None;
            }
            if number >= to {
                index -= to - from;
            }
        }
        self.text.lines().nth(index as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_their_numbers_across_the_hole() {
        let source = SourceLines::new("a\nb\ne".into(), 10, Some((12, 14)));
        assert_eq!(source.excerpt(11).text, "b");
        assert_eq!(source.excerpt(14), Excerpt { text: "e".into(), before: vec![], after: vec![] });
        assert_eq!(source.excerpt(10).after, ["b"]);
    }
}
