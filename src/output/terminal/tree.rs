use std::fmt::Write as _;

use super::fit::{clip, columns, one_line};
use super::paint::Paint;
use crate::finding::view::{ClusterLine, Health, Presence, Tree, TreeNode, age};
use crate::output::Options;

/// Columns that a name keeps, however narrow the page is.
const NAME: usize = 24;
/// Columns that the name of a progress object keeps: it is a hash, and the claim stands beside it.
const HASH: usize = 11;

/// The tree for people.
pub(in crate::output) fn text(tree: &Tree, options: &Options) -> String {
    let mut draw = Draw { clusters: &tree.clusters, options, paint: Paint { colour: options.colour }, out: String::new() };
    for root in &tree.roots {
        draw.node(root, "", "", None);
    }
    if tree.roots.is_empty() {
        let what = if tree.unhealthy_only { "Nothing unhealthy" } else { "No plan, migration, backup or restore" };
        let _ = writeln!(draw.out, "{what} in these inputs.");
    }
    draw.findings(tree);
    draw.see(tree);
    draw.out
}

struct Draw<'a> {
    clusters: &'a [ClusterLine],
    options: &'a Options,
    paint: Paint,
    out: String,
}

/// A piece of a line: as it is, and painted.
struct Piece {
    plain: String,
    painted: String,
}

impl Draw<'_> {
    /// `lead` stands before the node itself, `indent` before what belongs to it.
    fn node(&mut self, node: &TreeNode, lead: &str, indent: &str, above: Option<&str>) {
        self.line(node, lead, above);
        let (fork, last, bar) = if self.options.unicode { ("├─ ", "└─ ", "│  ") } else { ("|- ", "`- ", "|  ") };
        for (at, child) in node.children.iter().enumerate() {
            let (branch, below) = if at + 1 < node.children.len() { (fork, bar) } else { (last, "   ") };
            self.node(child, &format!("{indent}{branch}"), &format!("{indent}{below}"), node.object.namespace.as_deref().or(above));
        }
    }

    /// What the marks mean.
    fn findings(&mut self, tree: &Tree) {
        if tree.findings.is_empty() {
            return;
        }
        self.out.push('\n');
        for line in &tree.findings {
            let mark = self.paint.severity(line.severity, &line.finding);
            let text = clip(&one_line(&format!("{}: {}", line.rule, line.message)), self.options.width.saturating_sub(columns(&line.finding) + 2));
            let _ = writeln!(self.out, "{mark}  {text}");
        }
    }

    /// Commands that show what is marked: all of it, or only where the first finding sits.
    fn see(&mut self, tree: &Tree) {
        let mut marked: Vec<&TreeNode> = Vec::new();
        tree.roots.iter().for_each(|root| collect(root, &mut marked));
        if !self.options.verbose {
            // Findings are ranked, so the first of them is what a reader wants to see first.
            let best =
                tree.findings.first().and_then(|first| marked.iter().find(|node| node.findings.iter().any(|mark| mark.finding == first.finding)));
            marked = best.or(marked.first()).into_iter().copied().collect();
        }
        if marked.is_empty() {
            return;
        }
        self.out.push('\n');
        self.out.push_str(&self.paint.heading("See for yourself"));
        self.out.push('\n');
        for command in marked.iter().flat_map(|node| &node.see) {
            let _ = writeln!(self.out, "  {}", self.paint.command(&one_line(command)));
        }
        if !self.options.verbose {
            let _ = writeln!(self.out, "{}", self.paint.faint("-v shows the commands for every object that is marked or not well"));
        }
    }

    fn line(&mut self, node: &TreeNode, lead: &str, above: Option<&str>) {
        let pieces = self.pieces(node);
        let tail: usize = pieces.iter().map(|piece| columns(&piece.plain) + 2).sum();
        let kind = one_line(&node.object.kind);
        let name = match node.object.namespace.as_deref() {
            Some(namespace) if above != Some(namespace) => one_line(&format!("{namespace}/{}", node.object.name)),
            _ => one_line(&node.object.name),
        };
        // Kind and state say what a reader looks for, so the middle of the name gives way first.
        let least = if kind == "DirectVolumeMigrationProgress" { HASH } else { NAME };
        let room = self.options.width.saturating_sub(columns(lead) + columns(&kind) + 1 + tail).max(least);
        let name = middle(&name, room);
        let mut used = columns(lead) + columns(&kind) + 1 + columns(&name);
        let _ = write!(self.out, "{lead}{kind} {}", self.paint.strong(&name));
        for piece in pieces {
            let left = self.options.width.saturating_sub(used + 2);
            if columns(&piece.plain) > left {
                if left > NAME {
                    let _ = write!(self.out, "  {}", clip(&piece.plain, left));
                }
                break;
            }
            used += 2 + columns(&piece.plain);
            let _ = write!(self.out, "  {}", piece.painted);
        }
        self.out.push('\n');
    }

    fn pieces(&self, node: &TreeNode) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut add = |plain: String, paint: &dyn Fn(&str) -> String| {
            let plain = one_line(&plain);
            pieces.push(Piece { painted: paint(&plain), plain });
        };
        let plain = |text: &str| text.to_owned();
        // Findings come first: they are why somebody looks at the tree.
        for mark in &node.findings {
            add(mark.finding.clone(), &|text| self.paint.severity(mark.severity, text));
        }
        // A gap is said before anything that a narrow page may cut off.
        match node.presence {
            Presence::Found => {}
            Presence::Missing => add("missing".to_owned(), &|text| self.paint.warn(text)),
            Presence::NotCollected => add("not collected".to_owned(), &|text| self.paint.faint(text)),
        }
        add(format!("[{}]", self.cluster(&node.object.cluster)), &|text| self.paint.faint(text));
        if let Some(state) = &node.state {
            add(state.clone(), &|text| match node.health {
                Health::Good => self.paint.good(text),
                Health::Bad => self.paint.bad(text),
                Health::Pending => self.paint.warn(text),
                Health::Unknown => text.to_owned(),
            });
        }
        if let Some(progress) = &node.progress {
            add(progress.clone(), &plain);
        }
        if let Some(seconds) = node.age_seconds {
            add(age(seconds), &|text| self.paint.faint(text));
        }
        if !node.copies.is_empty() {
            let names: Vec<&str> = node.copies.iter().map(|id| self.cluster(id)).collect();
            add(format!("synced to {}", names.join(", ")), &|text| self.paint.faint(text));
        }
        if node.relation == "cause" {
            add("(root cause)".to_owned(), &|text| self.paint.faint(text));
        }
        if node.repeated {
            add("(see above)".to_owned(), &|text| self.paint.faint(text));
        }
        pieces
    }

    fn cluster<'s>(&'s self, id: &'s str) -> &'s str {
        self.clusters.iter().find(|cluster| cluster.id == id).map_or(id, |cluster| &cluster.name)
    }
}

/// Objects that are marked or not well, each once.
fn collect<'t>(node: &'t TreeNode, found: &mut Vec<&'t TreeNode>) {
    let told = !node.findings.is_empty() || node.health == Health::Bad;
    if told && !found.iter().any(|other| other.object == node.object) {
        found.push(node);
    }
    node.children.iter().for_each(|child| collect(child, found));
}

/// Cuts the middle out: generated names differ at their end.
pub(super) fn middle(text: &str, width: usize) -> String {
    let total = columns(text);
    if total <= width || width < 3 {
        return text.to_owned();
    }
    let tail = (width - 1) / 2;
    let head = width - 1 - tail;
    let chars = |skip: usize, take: usize| text.chars().skip(skip).take(take).collect::<String>();
    format!("{}…{}", chars(0, head), chars(total - tail, tail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_loses_its_middle() {
        assert_eq!(middle("short", 8), "short");
        assert_eq!(middle("stage-shop-mysql-1-g8kqt", 11), "stage…g8kqt");
        assert_eq!(columns(&middle("stage-shop-mysql-1-g8kqt", 10)), 10);
    }
}
