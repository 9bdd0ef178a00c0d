//! The lines at column 0 of one document: enough to tell a list from an object and to find where things went wrong.

use super::lines::{Place, ends_document, line_at};
use super::noise;

/// What the lines at column 0 say about a document.
#[derive(Debug)]
pub(super) struct Outline<'t> {
    pub(super) kind: Option<&'t str>,
    pub(super) api_version: Option<&'t str>,
    /// The line after `items:`, when that has no value of its own.
    pub(super) items: Option<Place>,
    /// `items` is there, with whatever value.
    pub(super) has_items: bool,
    /// `items: []` or `items: null`.
    no_items: bool,
    /// The first line of the list's own fields after its items.
    pub(super) end: Place,
    /// The first line that the API server would not have printed there: a key out of order or again, or no key at all.
    pub(super) suspect: Option<Place>,
    /// The same, but only a key that was there before or no key at all.
    pub(super) broken: Option<Place>,
    /// The `kind` line is the last of the file and has no line break.
    kind_cut: bool,
}

/// A stderr line inside the document: it has to be removed before the document can be read.
#[derive(Debug)]
pub(super) struct NoiseInside;

impl<'t> Outline<'t> {
    pub(super) fn of(text: &'t str, start: Place) -> Result<Self, NoiseInside> {
        let mut outline = Self {
            kind: None,
            api_version: None,
            items: None,
            has_items: false,
            no_items: false,
            end: start,
            suspect: None,
            broken: None,
            kind_cut: false,
        };
        let mut keys: Vec<&str> = Vec::new();
        let mut after_kind = false;
        let mut place = start;
        while place.pos < text.len() {
            let (line, next) = line_at(text, place);
            let first = line.bytes().next();
            if !matches!(first, None | Some(b' ' | b'\t' | b'#')) && !line.starts_with("- ") && line != "-" {
                if noise::anywhere(line).is_some() {
                    return Err(NoiseInside);
                }
                // `apiVersion:x: y` is one long key, whatever it begins with.
                let starts_again = line.starts_with("apiVersion:") && key_value(line).is_some() && keys.contains(&"apiVersion");
                if place != start && (ends_document(line) || starts_again) {
                    break;
                }
                outline.top_level(line, place, next, &mut keys, text);
                after_kind = key_value(line).is_some_and(|(key, _)| key == "kind");
            } else if after_kind && matches!(first, Some(b' ' | b'\t')) && !line.trim().is_empty() && !line.trim_start().starts_with('#') {
                // The value goes on here, so that it is not what stands on the line of the key.
                outline.kind = Some("");
                after_kind = false;
            }
            place = next;
        }
        outline.end = place;
        Ok(outline)
    }

    fn top_level(&mut self, line: &'t str, place: Place, next: Place, keys: &mut Vec<&'t str>, text: &str) {
        let Some((key, value)) = key_value(line) else {
            self.suspect = self.suspect.or(Some(place));
            self.broken = self.broken.or(Some(place));
            return;
        };
        if keys.contains(&key) {
            self.suspect = self.suspect.or(Some(place));
            self.broken = self.broken.or(Some(place));
            return;
        }
        if keys.last().is_some_and(|last| *last > key) {
            self.suspect = self.suspect.or(Some(place));
        }
        // A hostile file may have millions of lines at column 0; no real object has a hundred.
        if keys.len() < 256 {
            keys.push(key);
        }
        match key {
            "kind" if self.kind.is_none() => {
                self.kind = Some(value);
                self.kind_cut = next.pos == text.len() && !text.ends_with('\n');
            }
            "apiVersion" if self.api_version.is_none() => self.api_version = Some(value),
            "items" if !self.has_items => {
                self.has_items = true;
                self.no_items = matches!(value, "[]" | "null" | "~");
                self.items = value.is_empty().then_some(next);
            }
            _ => {}
        }
    }

    /// True when `items` has its value on its own line, so that the document must be read as a whole.
    pub(super) fn has_flow_items(&self) -> bool {
        self.has_items && self.items.is_none() && !self.no_items
    }

    /// True for `List` and `<Kind>List`, and for items without a kind around them (the file was cut before it).
    pub(super) fn is_list(&self) -> bool {
        match self.kind {
            Some("List") => true,
            Some(kind) => self.has_items && (kind.ends_with("List") || self.kind_cut),
            None => self.items.is_some() || self.no_items,
        }
    }

    /// True when the part of a list that `oc` prints after the items is missing.
    pub(super) fn lacks_its_end(&self) -> bool {
        self.kind.is_none() || self.kind_cut
    }

    /// The kind that items without one have.
    pub(super) fn item_kind(&self) -> Option<&'t str> {
        self.kind.and_then(|kind| kind.strip_suffix("List")).filter(|kind| !kind.is_empty())
    }
}

/// Splits `key: value` at column 0; the value loses its quotes.
pub(super) fn key_value(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    let fits = !key.is_empty() && !key.contains(' ') && (value.is_empty() || value.starts_with([' ', '\t']));
    fits.then(|| (unquote(key), unquote(value.trim())))
}

fn unquote(text: &str) -> &str {
    ['"', '\''].into_iter().find_map(|quote| text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote))).unwrap_or(text)
}
