use std::fmt;

/// A point in time: nanoseconds since 1970 in UTC. Always from the data, never from our own clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// A signed distance between two points in time, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span(i64);

const NANOS: i64 = 1_000_000_000;

impl Timestamp {
    /// From nanoseconds since the epoch.
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// From seconds since the epoch.
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(NANOS))
    }

    /// Nanoseconds since the epoch.
    pub const fn nanos(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch.
    pub const fn secs(self) -> i64 {
        self.0.div_euclid(NANOS)
    }

    /// Reads RFC 3339 at the start of `text` (`2026-02-03T10:00:00Z`, fractions and numeric offsets included) and says how
    /// many bytes it took. Hand-written because every log line passes through here.
    pub fn parse_prefix(text: &[u8]) -> Option<(Self, usize)> {
        let fixed = text.get(..19)?;
        let separators = fixed[4] == b'-' && fixed[7] == b'-' && matches!(fixed[10], b'T' | b' ') && fixed[13] == b':' && fixed[16] == b':';
        if !separators {
            return None;
        }
        let days = days_from_civil(digits(&fixed[0..4])?, digits(&fixed[5..7])?, digits(&fixed[8..10])?)?;
        let (hour, minute, second) = (digits(&fixed[11..13])?, digits(&fixed[14..16])?, digits(&fixed[17..19])?);
        if hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        let mut at = 19;
        let mut nanos = 0_i64;
        if text.get(at) == Some(&b'.') {
            at += 1;
            let mut scale = NANOS / 10;
            while let Some(digit) = text.get(at).filter(|byte| byte.is_ascii_digit()) {
                nanos += i64::from(digit - b'0') * scale;
                scale /= 10;
                at += 1;
            }
        }
        let offset = match text.get(at)? {
            b'Z' => {
                at += 1;
                0
            }
            sign @ (b'+' | b'-') => {
                let minutes = offset_minutes(text.get(at + 1..)?)?;
                at += if text.get(at + 3) == Some(&b':') { 6 } else { 5 };
                if *sign == b'+' { minutes } else { -minutes }
            }
            _ => return None,
        };
        let secs = days * 86_400 + hour * 3_600 + minute * 60 + second - offset * 60;
        Some((Self(secs.checked_mul(NANOS)?.checked_add(nanos)?), at))
    }

    /// Reads a whole RFC 3339 text.
    pub fn parse(text: &str) -> Option<Self> {
        let (time, taken) = Self::parse_prefix(text.as_bytes())?;
        (taken == text.len()).then_some(time)
    }

    /// This time and a distance on.
    #[must_use]
    pub const fn plus(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }

    /// Distance from `earlier` to this.
    pub const fn since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

impl Span {
    /// From whole seconds.
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(NANOS))
    }

    /// From nanoseconds.
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// Whole seconds.
    pub const fn secs(self) -> i64 {
        self.0 / NANOS
    }

    /// Nanoseconds.
    pub const fn nanos(self) -> i64 {
        self.0
    }

    /// Reads a Go duration such as `1h2m3.5s` or `300ms`.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, mut rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        if rest.is_empty() {
            return None;
        }
        let mut total = 0_i64;
        while !rest.is_empty() {
            let number_end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').filter(|&end| end > 0)?;
            let (number, tail) = rest.split_at(number_end);
            let unit_end = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
            let (unit, next) = tail.split_at(unit_end);
            let scale: i64 = match unit {
                "ns" => 1,
                "us" | "µs" => 1_000,
                "ms" => 1_000_000,
                "s" => NANOS,
                "m" => 60 * NANOS,
                "h" => 3_600 * NANOS,
                "d" => 86_400 * NANOS,
                _ => return None,
            };
            let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
            let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
            total = total.checked_add(whole.checked_mul(scale)?)?;
            let mut part = scale;
            for digit in fraction.bytes() {
                part /= 10;
                total = total.checked_add(i64::from(digit.checked_sub(b'0')?) * part)?;
            }
            rest = next;
        }
        Some(Self(if negative { -total } else { total }))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secs = self.secs();
        let (year, month, day) = civil_from_days(secs.div_euclid(86_400));
        let clock = secs.rem_euclid(86_400);
        write!(f, "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", clock / 3_600, clock / 60 % 60, clock % 60)
    }
}

impl fmt::Display for Span {
    /// Short form for people: `45s`, `12m`, `1h05m`, `3d4h`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secs = self.secs();
        let (sign, secs) = if secs < 0 { ("-", -secs) } else { ("", secs) };
        match secs {
            0..=119 => write!(f, "{sign}{secs}s"),
            120..=3_599 => write!(f, "{sign}{}m", secs / 60),
            3_600..=172_799 => write!(f, "{sign}{}h{:02}m", secs / 3_600, secs / 60 % 60),
            _ => write!(f, "{sign}{}d{}h", secs / 86_400, secs / 3_600 % 24),
        }
    }
}

fn digits(text: &[u8]) -> Option<i64> {
    text.iter().try_fold(0_i64, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i64::from(byte - b'0')))
}

fn offset_minutes(text: &[u8]) -> Option<i64> {
    let hours = digits(text.get(..2)?)?;
    let minutes = if text.get(2) == Some(&b':') { text.get(3..5)? } else { text.get(2..4)? };
    Some(hours * 60 + digits(minutes)?)
}

/// Days since 1970-01-01 of a date of the Gregorian calendar, `None` for an impossible one.
fn days_from_civil(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let year_of_era = shifted - era * 400;
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted - era * 146_097;
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_part = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_part + 2) / 5 + 1;
    let month = if month_part < 10 { month_part + 3 } else { month_part - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_3339_reads_in_every_form_of_the_archives() {
        for (text, expected) in [
            ("2026-02-03T10:00:00Z", "2026-02-03T10:00:00Z"),
            ("2026-02-03T10:00:00.123456789Z", "2026-02-03T10:00:00Z"),
            ("2026-02-03T10:00:00+02:00", "2026-02-03T08:00:00Z"),
            ("2024-02-29T23:59:59-0500", "2024-03-01T04:59:59Z"),
            ("1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z"),
        ] {
            assert_eq!(Timestamp::parse(text).unwrap().to_string(), expected, "{text}");
        }
        for text in ["", "2026-02-03", "2026-13-03T10:00:00Z", "2026-02-03T25:00:00Z", "2026-02-03T10:00:00", "x"] {
            assert_eq!(Timestamp::parse(text), None, "{text}");
        }
    }

    #[test]
    fn go_durations_read_and_print() {
        for (text, secs) in [("1h2m3s", 3_723), ("90m", 5_400), ("1.5s", 1), ("-5m", -300), ("300ms", 0)] {
            assert_eq!(Span::parse(text).unwrap().secs(), secs, "{text}");
        }
        assert_eq!(Span::parse("5"), None);
        assert_eq!(Span::from_secs(3_900).to_string(), "1h05m");
        assert_eq!(Span::from_secs(273_600).to_string(), "3d4h");
    }
}
