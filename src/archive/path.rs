//! Names of members become paths inside the input.

/// The longest name that is accepted: what Linux allows, and far from what a hostile header may claim.
const LONGEST: usize = 4 * 1024;

/// Why a name was refused, as a fragment of a sentence.
pub(super) type Refused = &'static str;

/// Appends the normalised form of a member's name to `out`, or refuses it and leaves `out` as it was.
///
/// `\` becomes `/` (repacked on Windows), `./`, leading slashes and drive letters go, bytes that are not UTF-8 become
/// U+FFFD. A name with `..` is refused and not resolved: nobody packs such a member by accident.
pub(super) fn normalise(name: &[u8], out: &mut String) -> Result<(), Refused> {
    if name.len() > LONGEST {
        return Err("its name is longer than 4 KiB");
    }
    let start = out.len();
    let text = String::from_utf8_lossy(name);
    for (n, component) in text.split(['/', '\\']).enumerate() {
        let drive = n == 0 && matches!(component.as_bytes(), [letter, b':'] if letter.is_ascii_alphabetic());
        if component.is_empty() || component == "." || drive {
            continue;
        }
        if component == ".." {
            out.truncate(start);
            return Err("its name contains `..`");
        }
        if out.len() > start {
            out.push('/');
        }
        out.push_str(component);
    }
    if out.len() == start {
        return Err("it has no name");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normal(name: &str) -> Result<String, Refused> {
        let mut out = String::from("outer!/");
        normalise(name.as_bytes(), &mut out).map(|()| out["outer!/".len()..].to_owned())
    }

    #[test]
    fn prefixes_separators_and_drives_are_dropped() {
        assert_eq!(normal("./a//b/./c").unwrap(), "a/b/c");
        assert_eq!(normal("/must-gather/x").unwrap(), "must-gather/x");
        assert_eq!(normal(r"C:\must-gather\x.yaml").unwrap(), "must-gather/x.yaml");
        assert_eq!(normal("a..b/...").unwrap(), "a..b/...");
    }

    #[test]
    fn names_that_climb_or_are_empty_are_refused_and_leave_no_trace() {
        let mut out = String::from("keep");
        for bad in ["../x", "a/../b", r"a\..\b", "./", "/", ""] {
            assert!(normalise(bad.as_bytes(), &mut out).is_err(), "{bad}");
            assert_eq!(out, "keep");
        }
        assert!(normalise(&[b'a'; 9000], &mut out).is_err());
    }

    #[test]
    fn a_name_that_is_not_utf8_is_kept_readable() {
        let mut out = String::new();
        normalise(b"caf\xe9.log", &mut out).unwrap();
        assert_eq!(out, "caf\u{fffd}.log");
    }
}
