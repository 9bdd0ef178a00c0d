use crate::model::Timestamp;

/// End of a gather from its `timestamp` file: the last line that holds a time as Go prints it,
/// `2024-04-19 10:11:12.123456789 +0200 CEST m=+0.512345678`. It is the clock of the client, in the client's zone.
pub(super) fn end_of(text: &str) -> Option<Timestamp> {
    text.lines().filter_map(go_time).next_back()
}

fn go_time(line: &str) -> Option<Timestamp> {
    let mut words = line.split_whitespace();
    let (date, clock, offset) = (words.next()?, words.next()?, words.next()?);
    Timestamp::parse(&format!("{date}T{clock}{offset}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_go_time_counts_in_utc() {
        let text = "2024-04-19 10:00:00.5 +0200 CEST m=+0.5\n2024-04-19 10:11:12.123456789 +0200 CEST m=+672.1\n";
        assert_eq!(end_of(text).unwrap().to_string(), "2024-04-19T08:11:12Z");
        assert_eq!(end_of("nothing here"), None);
    }
}
