//! Points in time on the command line.

use super::Failure;
use crate::model::{Span, Timestamp};

/// Reads `2021-05-12T08:10:00Z`, `2021-05-12 08:10`, `2021-05-12`, `08:10` (on the day of `near`) or `-2h` (before `near`). All times
/// are UTC, as in the data.
pub(super) fn moment(text: &str, near: Option<Timestamp>) -> Result<Timestamp, Failure> {
    read(text.trim(), near).ok_or_else(|| Failure::Usage {
        what: format!("`{text}` is no time"),
        help: Some("write 2021-05-12T08:10:00Z, '2021-05-12 08:10' or 08:10 (UTC), or -2h for two hours before the end of the gather".into()),
    })
}

/// A window in which something can happen.
pub(super) fn window(from: Option<Timestamp>, to: Option<Timestamp>) -> Result<(Option<Timestamp>, Option<Timestamp>), Failure> {
    match from.zip(to) {
        Some((from, to)) if from > to => Err(Failure::Usage {
            what: format!("--from {from} is after --to {to}"),
            help: Some("a time without a day is one of the day on which the gather ended".into()),
        }),
        _ => Ok((from, to)),
    }
}

fn read(text: &str, near: Option<Timestamp>) -> Option<Timestamp> {
    if let Some(time) = Timestamp::parse(text) {
        return Some(time);
    }
    if let Some(ago) = text.strip_prefix('-').and_then(Span::parse) {
        return Some(near?.plus(Span::from_nanos(-ago.nanos())));
    }
    let text = text.trim_end_matches('Z');
    let whole = match text.len() {
        5 => format!("{}T{text}:00Z", near?.to_string().get(..10)?),
        8 => format!("{}T{text}Z", near?.to_string().get(..10)?),
        10 => format!("{text}T00:00:00Z"),
        16 => format!("{text}:00Z"),
        _ => format!("{text}Z"),
    };
    Timestamp::parse(&whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        let near = Timestamp::parse("2021-05-12T10:00:00Z");
        let read = |text: &str| moment(text, near).map(|time| time.to_string()).unwrap_or_default();
        for text in ["2021-05-12T08:10:00Z", "2021-05-12 08:10", "2021-05-12T08:10:00", "08:10", "08:10:00", "-1h50m", "2021-05-12T10:10:00+02:00"] {
            assert_eq!(read(text), "2021-05-12T08:10:00Z", "{text}");
        }
        assert_eq!(read("2021-05-12"), "2021-05-12T00:00:00Z");
        let time = |text: &str| moment(text, near).ok();
        assert!(window(time("08:10"), time("08:10")).is_ok() && window(time("08:10"), None).is_ok());
        assert!(window(time("08:10"), time("08:09")).is_err());
        assert!(moment("yesterday", near).is_err() && moment("08:10", None).is_err());
    }
}
