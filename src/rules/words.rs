//! Closed lists of words, and the nearest one to a word that is not in them.

/// The nearest of `known`, when it is near enough to be what the author meant.
pub(crate) fn closest<'k>(word: &str, known: impl IntoIterator<Item = &'k (impl AsRef<str> + ?Sized + 'k)>) -> Option<&'k str> {
    let lower = word.to_ascii_lowercase();
    let limit = (word.len() / 3).max(1) + usize::from(word.len() > 3);
    let best = known.into_iter().map(AsRef::as_ref).map(|other| (distance(&lower, &other.to_ascii_lowercase()), other)).min();
    best.filter(|(distance, _)| *distance <= limit).map(|(_, other)| other)
}

/// Edits that turn one word into the other; a swap of neighbours counts once.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(64).collect(), b.chars().take(64).collect());
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let change = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (last[j - 1] + change).min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(before[j - 2] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_word_and_nonsense_finds_none() {
        let known = ["where", "optional", "having"];
        assert_eq!(closest("wher", &known), Some("where"));
        assert_eq!(closest("whree", &known), Some("where"));
        assert_eq!(closest("Optionl", &known), Some("optional"));
        assert_eq!(closest("banana", &known), None);
    }
}
