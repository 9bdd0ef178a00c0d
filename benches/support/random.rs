//! Randomness that is the same on every machine, and the clock of the made-up cluster.

use std::fmt;

/// `SplitMix64`: small, fast, and good enough to look like identifiers.
pub struct Random(u64);

impl Random {
    /// A generator of its own for one file, so that no file depends on how much an earlier one drew.
    pub fn of(seed: u64, name: &str) -> Self {
        Self(name.bytes().fold(seed ^ 0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)))
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit.max(1)
    }

    pub fn one_of<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[usize::try_from(self.below(from.len() as u64)).unwrap_or(0)]
    }

    /// The suffix that Kubernetes gives to generated names, which has no vowels.
    pub fn suffix(&mut self, length: usize) -> String {
        const LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
        (0..length).map(|_| char::from(LETTERS[usize::try_from(self.below(27)).unwrap_or(0)])).collect()
    }

    pub fn uid(&mut self) -> Uid {
        Uid(self.next(), self.next())
    }

    pub fn hex64(&mut self) -> String {
        format!("{:016x}{:016x}{:016x}{:016x}", self.next(), self.next(), self.next(), self.next())
    }
}

/// An identifier as the API server makes it, version 4.
#[derive(Clone, Copy)]
pub struct Uid(u64, u64);

impl fmt::Display for Uid {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (a, b) = (self.0, self.1);
        write!(out, "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}", a >> 32, a >> 16 & 0xffff, a & 0xfff, b >> 52, b & 0xffff_ffff_ffff)
    }
}

/// A moment of the made-up cluster, in nanoseconds since the first of its month.
#[derive(Clone, Copy)]
pub struct Moment(pub u64);

pub const SECOND: u64 = 1_000_000_000;
pub const HOUR: u64 = 3_600 * SECOND;

/// When the gather ran: the 28th.
pub const GATHERED: Moment = Moment(27 * 24 * HOUR);

impl Moment {
    pub fn plus(self, nanos: u64) -> Self {
        Self(self.0 + nanos)
    }

    /// Seconds since 1970: the month is April 2025.
    pub fn unix(self) -> u64 {
        1_743_465_600 + self.0 / SECOND
    }

    pub fn nanos(self) -> u64 {
        self.0 % SECOND
    }

    /// Day of the month, hour, minute and second.
    pub fn parts(self) -> (u64, u64, u64, u64) {
        let seconds = self.0 / SECOND;
        (1 + seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60)
    }
}

/// RFC 3339 with seconds, and with nanoseconds when asked for by `{:.9}`.
impl fmt::Display for Moment {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (day, hour, minute, second) = self.parts();
        write!(out, "2025-04-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        if out.precision().is_some() {
            write!(out, ".{:09}", self.nanos())?;
        }
        out.write_str("Z")
    }
}
