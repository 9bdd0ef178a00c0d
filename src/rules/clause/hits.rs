use std::borrow::Cow;
use std::rc::Rc;

use crate::scan::LazyRegex;
use rustc_hash::FxHashMap;

use super::parts::{captures, collapse};
use super::row::{Row, RowScope};
use super::{Found, Matcher, cover, names};
use crate::graph::{Event, ObjectId, Role};
use crate::model::{ClusterId, Component, HitGroup, Timestamp};
use crate::mtc;
use crate::rules::binding::{Binding, Captures, Errors, Events, Lines, What};
use crate::rules::cel::{Program, Val};
use crate::rules::families;
use crate::rules::file::Layer;
use crate::rules::outcome::Lack;
use crate::rules::rule::{Head, Named};

/// Time asked for by `after` and `before`.
#[derive(Debug, Clone, Copy, Default)]
struct Window {
    after: Option<Timestamp>,
    before: Option<Timestamp>,
    /// A bound was asked for and has no value.
    broken: bool,
}

/// Whether hits lie in a window; those between the kept ones are not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    Yes,
    No,
    Perhaps,
}

impl Window {
    fn holds(self, kept: impl Iterator<Item = Timestamp>, span: (Option<Timestamp>, Option<Timestamp>), all_kept: bool) -> Inside {
        if self.broken {
            return Inside::No;
        }
        if self.after.is_none() && self.before.is_none() {
            return Inside::Yes;
        }
        let fits = |time: Timestamp| self.after.is_none_or(|after| time > after) && self.before.is_none_or(|before| time < before);
        if kept.into_iter().any(fits) {
            return Inside::Yes;
        }
        let overlaps = span.0.is_some_and(|first| self.before.is_none_or(|before| first < before))
            && span.1.is_some_and(|last| self.after.is_none_or(|after| last > after));
        if overlaps && !all_kept { Inside::Perhaps } else { Inside::No }
    }
}

impl<'a> Matcher<'a> {
    fn window(&self, named: &Named, row: &Row<'a>) -> Window {
        let scope = RowScope { graph: self.graph, names: &self.rule.names, row, candidate: None, cluster: row.here() };
        let mut window = Window::default();
        let mut bound = |program: &Option<Program>| match program.as_ref().map(|program| program.value(&scope)) {
            None => None,
            Some(Ok(Val::Time(time))) => Some(time),
            Some(Ok(Val::Str(text))) => Timestamp::parse(&text),
            Some(_) => {
                window.broken = true;
                None
            }
        };
        let (after, before) = (bound(&named.after), bound(&named.before));
        Window { after, before, ..window }
    }

    /// Clusters of a hit clause: that of `of` or `about`, else what `cluster` says.
    fn hit_clusters(&self, named: &Named, row: &Row<'a>, anchor: Option<&Binding<'a>>, found: &mut Found<'a>) -> Vec<ClusterId> {
        if let Some(cluster) = anchor.and_then(Binding::cluster)
            && named.cluster == crate::rules::file::WhichCluster::Same
        {
            return vec![cluster];
        }
        match cover::clusters(self.graph, row, named.cluster) {
            Ok(clusters) => clusters,
            Err(lack) => {
                found.lacks.push(lack);
                Vec::new()
            }
        }
    }

    pub(super) fn events(
        &mut self,
        named: &'a Named,
        row: &Row<'a>,
        reasons: &[String],
        of: Option<usize>,
        regexes: &[LazyRegex],
        by: Option<&[String]>,
    ) -> Found<'a> {
        let mut found = Found::default();
        let anchor = match of {
            None => None,
            Some(slot) => match Self::anchor(row, slot, &mut found) {
                Some(anchor) => Some(anchor),
                None => return found,
            },
        };
        let clusters = self.hit_clusters(named, row, anchor.as_ref(), &mut found);
        let window = self.window(named, row);
        // A bound without value is never met, whatever was gathered.
        if window.broken {
            return Found::default();
        }
        let graph = self.graph;
        let wanted = |event: &Event| clusters.contains(&event.cluster) && reasons.iter().any(|reason| reason == "*" || **reason == *event.reason);
        let events: Vec<&'a Event> = match &anchor {
            Some(anchor) => anchor.objects().into_iter().flat_map(|id| self.events_of(id)).filter(|event| wanted(event)).collect(),
            None if reasons.iter().any(|reason| reason == "*") => graph.events.iter().filter(|event| wanted(event)).collect(),
            None => reasons.iter().flat_map(|reason| graph.events_of(reason)).filter(|event| wanted(event)).collect(),
        };
        let mut groups: Vec<Events<'a>> = Vec::new();
        // Which groups are of one object and reason: there may be tens of thousands of objects.
        let mut alike: FxHashMap<_, Vec<usize>> = FxHashMap::default();
        for event in events {
            let captures = if regexes.is_empty() { Some(Vec::new()) } else { captures(regexes, &collapse(&event.message)) };
            let Some(captures) = captures else { continue };
            let times = [event.first, event.last];
            if window.holds(times.into_iter().flatten(), (event.first, event.last), event.count <= 2) != Inside::Yes {
                continue;
            }
            let key = (&*event.object_kind, event.object_namespace.as_deref(), &*event.object_name, &*event.reason);
            let alike = alike.entry(key).or_default();
            if let Some(at) = alike.iter().copied().find(|&at| same_key(&groups[at].captures, &captures, by)) {
                groups[at].all.push(event);
            } else {
                alike.push(groups.len());
                groups.push(Events { all: vec![event], object: self.object_of(event), captures });
            }
        }
        let namespace = anchor.as_ref().and_then(|anchor| anchor.objects().first().and_then(|&id| graph.object(id).namespace.as_deref()));
        for &cluster in &clusters {
            found.lacks.extend(cover::objects(graph, cluster, "Event", namespace));
        }
        let candidates = groups.into_iter().map(|group| Binding { graph, what: What::Events(Rc::new(group)) }).collect();
        self.filter(named, row, candidates, &mut found);
        found
    }

    fn events_of(&self, id: ObjectId) -> Vec<&'a Event> {
        let graph = self.graph;
        let object = graph.object(id);
        let events = self.shared.events_about(object.cluster, object.kind(), &object.name).iter().map(|&at| &graph.events[at as usize]);
        let fits = |event: &&Event| {
            let same_uid = match (&event.object_uid, &object.uid) {
                (Some(theirs), Some(own)) => theirs == own,
                _ => true,
            };
            same_uid && (event.object_namespace.is_none() || event.object_namespace == object.namespace)
        };
        events.filter(fits).collect()
    }

    /// The object an event is about, by UID, else by name.
    fn object_of(&self, event: &Event) -> Option<ObjectId> {
        let graph = self.graph;
        let mut named = graph.find(event.cluster, &event.object_kind, event.object_namespace.as_deref(), &event.object_name);
        named.find(|&id| match (&event.object_uid, &graph.object(id).uid) {
            (Some(theirs), Some(own)) => theirs == own,
            _ => true,
        })
    }

    pub(super) fn logs(&mut self, named: &'a Named, row: &Row<'a>, components: &[Component], about: Option<usize>, pattern: u32) -> Found<'a> {
        let mut found = Found::default();
        let anchor = match about {
            None => None,
            Some(slot) => match Self::anchor(row, slot, &mut found) {
                Some(anchor) => Some(anchor),
                None => return found,
            },
        };
        let mut clusters = self.hit_clusters(named, row, anchor.as_ref(), &mut found);
        // The controller writes on its own cluster about objects of all.
        if anchor.is_some() && components.contains(&Component::MigController) {
            clusters.extend(self.control_of(&clusters));
        }
        let window = self.window(named, row);
        // A bound without value is never met, whatever was gathered.
        if window.broken {
            return Found::default();
        }
        let graph = self.graph;
        let mut candidates = Vec::new();
        for (_, hits) in graph.hits_of(pattern) {
            let Some(lines) = self.lines(hits, &clusters, anchor.as_ref()) else { continue };
            match Self::inside(window, hits) {
                Inside::Yes => candidates.push(Binding { graph, what: What::Log(Rc::new(lines)) }),
                Inside::No => {}
                Inside::Perhaps => found.lacks.push(between(lines.cluster, components)),
            }
        }
        for &cluster in &clusters {
            for &component in components {
                found.lacks.extend(cover::log(graph, cluster, component, window.after, window.before));
            }
        }
        self.filter(named, row, candidates, &mut found);
        found
    }

    /// The cluster with the controller; when the inputs hold several, the one that was gathered together with these.
    fn control_of(&self, clusters: &[ClusterId]) -> Option<ClusterId> {
        let graph = self.graph;
        let together = |host: ClusterId| clusters.iter().any(|&id| graph.cluster(id).input == graph.cluster(host).input);
        let mut hosts = graph.cluster_ids().filter(|&id| graph.cluster(id).is(Role::Host) && together(id));
        let only = graph.host_cluster().or_else(|| hosts.next().filter(|_| hosts.next().is_none()))?;
        (!clusters.contains(&only)).then_some(only)
    }

    fn inside(window: Window, hits: &HitGroup) -> Inside {
        window.holds(hits.samples.iter().filter_map(|hit| hit.time), (hits.first, hits.last), hits.count <= hits.samples.len() as u64)
    }

    /// A group of lines with what it names, when it lies on these clusters and speaks of the anchor.
    fn lines(&self, hits: &'a HitGroup, clusters: &[ClusterId], anchor: Option<&Binding<'a>>) -> Option<Lines<'a>> {
        let log = self.graph.logs.get(hits.log as usize)?;
        if !clusters.contains(&log.cluster) {
            return None;
        }
        let lines = names::lines(self.graph, hits)?;
        let Some(anchor) = anchor else { return Some(lines) };
        let objects = anchor.objects();
        let named = objects.iter().any(|id| lines.objects.contains(id));
        let in_pod = objects.iter().any(|id| {
            let object = self.graph.object(*id);
            object.kind() == "Pod" && log.pod.as_deref() == Some(&*object.name)
        });
        // Short names are part of too many words.
        let in_text = || {
            objects.iter().any(|id| {
                let name = &*self.graph.object(*id).name;
                name.len() >= 6
                    && hits.samples.iter().any(|hit| hit.message.contains(name) || hit.error.as_deref().is_some_and(|error| error.contains(name)))
            })
        };
        (named || in_pod || in_text()).then_some(lines)
    }

    pub(super) fn errors(&mut self, named: &'a Named, row: &Row<'a>) -> Found<'a> {
        let mut found = Found::default();
        let Head::Error { families, about, regexes, layer, by, pattern, .. } = &named.head else { return found };
        let anchor = match about {
            None => None,
            Some(slot) => match Self::anchor(row, *slot, &mut found) {
                Some(anchor) => Some(anchor),
                None => return found,
            },
        };
        let clusters = self.hit_clusters(named, row, anchor.as_ref(), &mut found);
        let window = self.window(named, row);
        if window.broken {
            return Found::default();
        }
        let mut groups: Vec<Errors<'a>> = Vec::new();
        for family in families {
            self.object_errors(family, &clusters, anchor.as_ref(), regexes, *layer, by.as_deref(), &mut groups);
            self.event_errors(family, &clusters, anchor.as_ref(), regexes, *layer, by.as_deref(), &mut groups);
        }
        groups.retain(|error| window.holds(error.first.into_iter().chain(error.last), (error.first, error.last), true) == Inside::Yes);
        let graph = self.graph;
        for (_, hits) in graph.hits_of(*pattern) {
            let Some(lines) = self.lines(hits, &clusters, anchor.as_ref()) else { continue };
            let sample = hits.samples.iter().map(line_error).find(|text| reaches(regexes, text, *layer));
            let Some(text) = sample.or_else(|| hits.samples.is_empty().then(String::new)) else { continue };
            match Self::inside(window, hits) {
                Inside::Yes if retold(&mut groups, &lines) => {}
                Inside::Yes => groups.push(of_lines(lines, text)),
                Inside::No => {}
                Inside::Perhaps => found.lacks.push(between(lines.cluster, &[])),
            }
        }
        for &cluster in &clusters {
            for family in families {
                let kinds = mtc::error_kinds(family);
                // Either name of a repository is enough: a cluster has one of them.
                found.lacks.extend(kinds.into_iter().filter_map(|kind| cover::objects(graph, cluster, kind, None)));
                let main = families::components(family).first();
                found.lacks.extend(main.and_then(|&component| cover::log(graph, cluster, component, window.after, window.before)));
            }
        }
        let candidates = groups.into_iter().map(|error| Binding { graph, what: What::Error(Rc::new(error)) }).collect();
        self.filter(named, row, candidates, &mut found);
        found
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one clause, taken apart once")]
    fn object_errors(
        &self,
        family: &str,
        clusters: &[ClusterId],
        anchor: Option<&Binding<'a>>,
        regexes: &[LazyRegex],
        layer: Layer,
        by: Option<&[String]>,
        groups: &mut Vec<Errors<'a>>,
    ) {
        for error in self.shared.errors(family) {
            let cluster = self.graph.object(error.object).cluster;
            if !clusters.contains(&cluster) || !self.concerns(anchor, error.object) || !reaches(regexes, &error.text, layer) {
                continue;
            }
            let Some(captures) = captures(regexes, &error.text) else { continue };
            let same = |group: &&mut Errors<'a>| group.object == Some(error.object) && same_key(&group.captures, &captures, by);
            if let Some(group) = groups.iter_mut().find(same) {
                group.count += 1;
                group.first = [group.first, error.time].into_iter().flatten().min();
                group.last = [group.last, error.time].into_iter().flatten().max();
                continue;
            }
            groups.push(Errors {
                cluster,
                layers: layers(&error.text),
                text: Cow::Owned(error.text.clone()),
                place: error.place,
                object: Some(error.object),
                line: error.line,
                lines: None,
                event: None,
                more: 1,
                captures,
                count: 1,
                first: error.time,
                last: error.time,
            });
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one clause, taken apart once")]
    fn event_errors(
        &self,
        family: &str,
        clusters: &[ClusterId],
        anchor: Option<&Binding<'a>>,
        regexes: &[LazyRegex],
        layer: Layer,
        by: Option<&[String]>,
        groups: &mut Vec<Errors<'a>>,
    ) {
        let graph = self.graph;
        for error in mtc::event_errors(graph, family) {
            let event = &graph.events[error.event];
            let object = self.object_of(event);
            let concerned = anchor.is_none() || object.is_some_and(|id| self.concerns(anchor, id));
            if !clusters.contains(&event.cluster) || !concerned || !reaches(regexes, &error.text, layer) {
                continue;
            }
            let Some(captures) = captures(regexes, &error.text) else { continue };
            let same = |group: &Errors<'a>| {
                group.event.is_some_and(|other| other.object_name == event.object_name && other.object_namespace == event.object_namespace)
                    && same_key(&group.captures, &captures, by)
            };
            if groups.iter().any(same) {
                continue;
            }
            groups.push(Errors {
                cluster: event.cluster,
                layers: layers(&error.text),
                text: Cow::Owned(error.text),
                place: "event",
                object,
                line: event.place.line,
                lines: None,
                event: Some(event),
                more: 1,
                captures,
                count: u64::from(event.count.max(1)),
                first: event.first,
                last: event.last,
            });
        }
    }

    /// Whether a text held by an object is about the anchor: the object itself, or what it was made for.
    fn concerns(&self, anchor: Option<&Binding<'a>>, holder: ObjectId) -> bool {
        let Some(anchor) = anchor else { return true };
        let objects = anchor.objects();
        if objects.contains(&holder) {
            return true;
        }
        ["backup", "restore", "run", "owner", "described"]
            .iter()
            .any(|relation| self.graph.related(holder, relation).targets.iter().any(|id| objects.contains(id)))
    }
}

/// Lines that only repeat what objects say are the same errors at a second place. All kept lines must be such, or a volume whose
/// object was not gathered would be lost.
fn retold<'a>(groups: &mut [Errors<'a>], lines: &Lines<'a>) -> bool {
    const LEAST: usize = 20;
    let holder = |text: &str| {
        groups
            .iter()
            .position(|group| group.object.is_some() && group.cluster == lines.cluster && group.text.len() >= LEAST && text.contains(&*group.text))
    };
    let holders: Vec<Option<usize>> = lines.hits.samples.iter().map(|hit| holder(&line_error(hit))).collect();
    if holders.is_empty() || holders.iter().any(Option::is_none) {
        return false;
    }
    for at in holders.into_iter().flatten() {
        let Some(group) = groups.get_mut(at) else { continue };
        group.first = [group.first, lines.hits.first].into_iter().flatten().min();
        group.last = [group.last, lines.hits.last].into_iter().flatten().max();
        match &mut group.lines {
            None => group.lines = Some(Lines { hits: lines.hits, cluster: lines.cluster, objects: lines.objects.clone(), gone: lines.gone.clone() }),
            // The next to repeat it says whom else it hit: a repository that is not ready fails one backup after the other.
            Some(first) => {
                first.objects.extend(lines.objects.iter().filter(|id| !first.objects.contains(id)).copied().collect::<Vec<_>>());
                first.gone.extend(lines.gone.iter().filter(|name| !first.gone.contains(name)).cloned().collect::<Vec<_>>());
            }
        }
    }
    true
}

fn of_lines(lines: Lines<'_>, text: String) -> Errors<'_> {
    let hits = lines.hits;
    Errors {
        cluster: lines.cluster,
        layers: layers(&text),
        text: Cow::Owned(text),
        place: "log",
        object: None,
        line: hits.samples.first().map_or(1, |hit| hit.line),
        event: None,
        more: hits.count,
        captures: hits.captures.to_vec(),
        count: hits.count,
        first: hits.first,
        last: hits.last,
        lines: Some(lines),
    }
}

fn layers(text: &str) -> Vec<String> {
    mtc::layers(text).into_iter().map(str::to_owned).collect()
}

fn line_error(hit: &crate::model::Hit) -> String {
    collapse(hit.error.as_deref().filter(|error| !error.is_empty()).unwrap_or(&hit.message))
}

/// Whether a match reaches into the innermost layer, which alone tells causes below one outer sentence apart.
fn reaches(regexes: &[LazyRegex], text: &str, layer: Layer) -> bool {
    if layer == Layer::Any {
        return regexes.iter().any(|regex| regex.is_match(text));
    }
    let inner = mtc::layers(text).last().and_then(|inner| text.rfind(inner)).unwrap_or(0);
    regexes.iter().any(|regex| regex.find_iter(text).any(|found| found.end() > inner))
}

fn same_key(a: &Captures, b: &Captures, by: Option<&[String]>) -> bool {
    let key = |captures: &Captures| {
        let kept = captures.iter().filter(|(name, _)| by.is_none_or(|by| by.iter().any(|entry| **entry == **name)));
        kept.cloned().collect::<Vec<_>>()
    };
    key(a) == key(b)
}

fn between(cluster: ClusterId, components: &[Component]) -> Lack {
    let kind = components.first().map_or("log", |component| component.as_str()).to_owned();
    let reason = "the line that would decide lies between those that were kept".to_owned();
    Lack { cluster: Some(cluster), kind, namespace: None, reason }
}
