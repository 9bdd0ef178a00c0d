use memchr::memchr_iter;

/// Line starts of one file, found once and only when somebody asks.
#[derive(Debug, Default)]
pub(super) struct Lines {
    starts: Vec<usize>,
}

impl Lines {
    pub(super) fn of(source: &[u8]) -> Self {
        let mut starts = vec![0];
        starts.extend(memchr_iter(b'\n', source).map(|at| at + 1));
        Self { starts }
    }

    /// A line without its end.
    pub(super) fn line<'s>(&self, source: &'s [u8], number: u32) -> &'s [u8] {
        let Some(index) = (number as usize).checked_sub(1) else { return &[] };
        let Some(&start) = self.starts.get(index) else { return &[] };
        let end = self.starts.get(index + 1).map_or(source.len(), |&next| next - 1);
        let line = source.get(start..end).unwrap_or_default();
        line.strip_suffix(b"\r").unwrap_or(line)
    }

    /// A line as text.
    pub(super) fn text(&self, source: &[u8], number: u32) -> std::sync::Arc<str> {
        String::from_utf8_lossy(self.line(source, number)).into()
    }

    /// Bytes of the lines `from..to`.
    pub(super) fn block<'s>(&self, source: &'s [u8], from: u32, to: u32) -> &'s [u8] {
        let start = self.starts.get((from.max(1) - 1) as usize).copied().unwrap_or(source.len());
        let end = self.starts.get((to.max(1) - 1) as usize).copied().unwrap_or(source.len());
        source.get(start..end).unwrap_or_default()
    }

    pub(super) fn count(&self) -> u32 {
        u32::try_from(self.starts.len()).unwrap_or(u32::MAX)
    }
}
