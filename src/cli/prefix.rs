//! Names may be given by any beginning that only one thing has.

use super::Failure;

/// How many names an error lists.
const LISTED: usize = 10;

/// One thing that may be meant.
pub(super) struct Candidate<'a, T> {
    /// Its name.
    pub(super) name: &'a str,
    /// Its UID.
    pub(super) uid: Option<&'a str>,
    /// How an error lists it.
    pub(super) shown: String,
    /// The thing.
    pub(super) it: T,
}

/// The one whose name or UID starts so. A whole name wins over longer ones that start alike.
pub(super) fn choose<T>(what: &str, prefix: &str, all: Vec<Candidate<'_, T>>) -> Result<T, Failure> {
    let known: Vec<String> = all.iter().map(|one| one.shown.clone()).collect();
    let (whole, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(|one| one.name == prefix || one.uid == Some(prefix));
    let fits = |one: &Candidate<'_, T>| one.name.starts_with(prefix) || one.uid.is_some_and(|uid| uid.starts_with(prefix));
    let mut fitting: Vec<Candidate<'_, T>> = if whole.is_empty() { rest.into_iter().filter(fits).collect() } else { whole };
    let Some(last) = fitting.pop() else {
        let help = if known.is_empty() { format!("these inputs hold no {what}") } else { format!("there are {}", list(&known)) };
        return Err(Failure::Usage { what: format!("no {what} starts with `{prefix}`"), help: Some(help) });
    };
    if fitting.is_empty() {
        return Ok(last.it);
    }
    let names: Vec<String> = fitting.into_iter().chain([last]).map(|one| one.shown).collect();
    Err(Failure::Usage { what: format!("several {what}s start with `{prefix}`"), help: Some(format!("one of {}?", list(&names))) })
}

fn list(names: &[String]) -> String {
    let shown = names.iter().take(LISTED).map(String::as_str).collect::<Vec<_>>().join(", ");
    if names.len() > LISTED { format!("{shown} and {} more", names.len() - LISTED) } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(prefix: &str) -> Result<usize, String> {
        let names = [("shop", "aa1"), ("shop-stage", "ab2"), ("ledger", "cc3")];
        let all = names.iter().enumerate().map(|(it, (name, uid))| Candidate { name, uid: Some(uid), shown: (*name).to_owned(), it });
        choose("migration", prefix, all.collect()).map_err(|failure| match failure {
            Failure::Usage { what, help } => format!("{what}: {}", help.unwrap_or_default()),
            other => other.to_string(),
        })
    }

    #[test]
    fn any_unambiguous_beginning_is_enough_and_a_whole_name_always() {
        assert_eq!([of("l"), of("shop"), of("shop-"), of("aa")], [Ok(2), Ok(0), Ok(1), Ok(0)]);
    }

    #[test]
    fn what_is_ambiguous_or_unknown_lists_what_there_is() {
        assert_eq!(of("sho").unwrap_err(), "several migrations start with `sho`: one of shop, shop-stage?");
        assert_eq!(of("crm").unwrap_err(), "no migration starts with `crm`: there are shop, shop-stage, ledger");
    }
}
