/// A file longer than this is a log, whatever it says.
const SMALL: usize = 8 << 10;

/// What kind of complaint stands where a log should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProblemKind {
    /// The container has no such log: never ran, waits, was replaced.
    NoLog,
    /// The API server could not reach the kubelet of the node.
    Kubelet,
    /// The gather's own script is wrong; this is so in every archive of that version.
    Script,
    /// The backup or restore had not finished, so there is no log of it yet.
    NotFinished,
    /// Velero did not answer the request for a download.
    NoDownload,
    /// The object store refused the download.
    Refused,
    /// The bucket does not hold the file, or the object is gone.
    Missing,
    /// The client could not reach the object store, or does not trust it.
    Network,
    /// The pod in which the client should run was not there.
    NoPod,
    /// The client ended without saying why, by time or otherwise.
    Ended,
    /// The API server refused or could not be reached.
    Api,
    /// Another complaint. Velero's server ends with the same first words, so in the log of its pod this is no problem of the
    /// gather.
    Other,
}

/// A file that holds the complaint of a client instead of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogProblem {
    /// What it is.
    pub kind: ProblemKind,
    /// Line of the text, from 1.
    pub line: u32,
    /// The complaint, as written.
    pub text: Box<str>,
}

/// The bytes of a log as long as they are few. Chunks keep them so that only the whole decides.
#[derive(Debug, Clone)]
pub(super) struct Small(Option<Vec<u8>>);

impl Default for Small {
    fn default() -> Self {
        Self(Some(Vec::new()))
    }
}

impl Small {
    pub(super) fn of(body: &[u8]) -> Self {
        Self((body.len() <= SMALL).then(|| body.to_vec()))
    }

    pub(super) fn absorb(&mut self, later: Self) {
        self.0 = match (self.0.take(), later.0) {
            (Some(mut bytes), Some(more)) if bytes.len() + more.len() <= SMALL => {
                bytes.extend_from_slice(&more);
                Some(bytes)
            }
            _ => None,
        };
    }

    /// The complaint, where every line is one or belongs to one.
    pub(super) fn problem(&self) -> Option<LogProblem> {
        let text = super::line::lossy(self.0.as_deref()?);
        let mut found: Option<LogProblem> = None;
        for (number, line) in (1_u32..).zip(text.lines()) {
            let (stamp, line) = super::line::strip_prefix(line.trim());
            if stamp.is_some() {
                // Only a container's own lines come with a time in front; a client's complaint never does.
                return None;
            }
            if line.is_empty() || is_noise(line) {
                continue;
            }
            let kind = kind_of(line)?;
            if found.as_ref().is_none_or(|known| known.kind == ProblemKind::Ended) {
                found = Some(LogProblem { kind, line: number, text: super::line::short(line).into() });
            }
        }
        found
    }
}

/// The complaint that a short text is made of; nothing when it holds anything else.
pub fn complaint(text: &str) -> Option<LogProblem> {
    Small::of(text.as_bytes()).problem()
}

/// What clients say beside the matter.
fn is_noise(line: &str) -> bool {
    let starts = ["Defaulted container ", "Defaulting container name to ", "Use 'oc describe ", "Warning: ", "WARNING: ", "See 'oc logs -h' "];
    starts.iter().any(|start| line.starts_with(start))
        || line.starts_with("POD or TYPE/NAME is a required argument")
        || ((line.starts_with('I') || line.starts_with('W')) && super::line::is_klog(line))
}

fn kind_of(line: &str) -> Option<ProblemKind> {
    let has = |part: &str| line.contains(part);
    if line.starts_with("command terminated with exit code ") {
        return Some(ProblemKind::Ended);
    }
    if line.starts_with("error: expected 'logs [-f]") {
        return Some(ProblemKind::Script);
    }
    if has("are not available until it's finished processing") && (line.starts_with("Logs for ") || line.starts_with("An error occurred: logs for "))
    {
        return Some(ProblemKind::NotFinished);
    }
    let quoted_gone =
        (line.starts_with("Backup \"") || line.starts_with("backup \"") || line.starts_with("Restore \"")) && line.ends_with("does not exist.");
    if quoted_gone || (line.starts_with("backup \"") && line.ends_with("\" does not exist")) {
        return Some(ProblemKind::Missing);
    }
    if let Some(reason) = line.strip_prefix("An error occurred: ") {
        return Some(client(reason));
    }
    if has(":10250/containerLogs/") && (line.starts_with("Error from server") || line.starts_with("Get ")) {
        return Some(ProblemKind::Kubelet);
    }
    let no_log = line.starts_with("unable to retrieve container logs for ")
        || (line.starts_with("Error from server") && (has("previous terminated container") || has("is waiting to start") || has("is terminated")))
        || (line.starts_with("rpc error: ") && has("could not find container"))
        || (line.starts_with("failed to try resolving symlinks in path ") && has("no such file or directory"));
    if no_log {
        return Some(ProblemKind::NoLog);
    }
    let no_pod = line.starts_with("error: unable to upgrade connection")
        || line.starts_with("error: cannot exec ")
        || line.starts_with("error: pod, type/name or --filename")
        || (line.starts_with("Error from server (NotFound): pods "));
    if no_pod {
        return Some(ProblemKind::NoPod);
    }
    if line.starts_with("Error from server")
        || line.starts_with("Unable to connect to the server")
        || line.starts_with("error: You must be logged in")
    {
        return Some(ProblemKind::Api);
    }
    // A program's own log may be nothing but klog; of the client's such lines only those of its look-up of resources are known.
    if line.starts_with('E') && super::line::is_klog(line) && (has(" memcache.go:") || has("] couldn't get ")) {
        return Some(ProblemKind::Api);
    }
    line.starts_with("error: ").then_some(ProblemKind::Other)
}

/// What Velero's client says after its constant first words.
fn client(reason: &str) -> ProblemKind {
    let has = |part: &str| reason.contains(part);
    if has("download URL") || has("download request download url timeout") || reason == "timed out waiting for the condition" {
        ProblemKind::NoDownload
    } else if reason.starts_with("Get ") {
        ProblemKind::Network
    } else if reason == "context deadline exceeded" {
        ProblemKind::NoDownload
    } else if reason.starts_with("request failed:") {
        if has("NoSuchKey") { ProblemKind::Missing } else { ProblemKind::Refused }
    } else if reason.starts_with("file not found") || (has(".velero.io \"") && has("not found")) || has("does not exist") {
        ProblemKind::Missing
    } else {
        ProblemKind::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> Option<ProblemKind> {
        Small::of(text.as_bytes()).problem().map(|problem| problem.kind)
    }

    #[test]
    fn complaints_instead_of_logs_are_known() {
        for (text, expected) in [
            ("unable to retrieve container logs for cri-o://abc", ProblemKind::NoLog),
            ("Error from server (BadRequest): previous terminated container \"mtc\" in pod \"p\" not found\n", ProblemKind::NoLog),
            ("Error from server (BadRequest): container \"c\" in pod \"p\" is waiting to start: ContainerCreating", ProblemKind::NoLog),
            ("Error from server: Get \"https://n:10250/containerLogs/a/b/c\": remote error: tls: internal error", ProblemKind::Kubelet),
            (
                "error: expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command\nSee 'oc logs -h' for help and examples\n",
                ProblemKind::Script,
            ),
            (
                "Defaulted container \"velero\" out of: velero, aws (init)\nAn error occurred: timed out waiting for download URL\ncommand terminated with exit code 1\n",
                ProblemKind::NoDownload,
            ),
            ("command terminated with exit code 124\n", ProblemKind::Ended),
            ("Logs for backup \"b\" are not available until it's finished processing. Please wait", ProblemKind::NotFinished),
            ("An error occurred: request failed: <?xml version=\"1.0\"?><Error><Code>AccessDenied</Code>", ProblemKind::Refused),
            ("An error occurred: Get \"https://s3/x\": x509: certificate signed by unknown authority", ProblemKind::Network),
            ("An error occurred: backups.velero.io \"b\" not found", ProblemKind::Missing),
            ("error: unable to upgrade connection: container not found (\"velero\")", ProblemKind::NoPod),
            ("I0815 10:00:00.000000       1 request.go:601] Waited for 1s\nerror: unexpected EOF\n", ProblemKind::Other),
        ] {
            assert_eq!(kind(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn a_log_that_speaks_of_errors_is_a_log() {
        assert_eq!(kind(""), None);
        assert_eq!(kind("time=\"2021-07-09T23:28:01Z\" level=info msg=hi\ncommand terminated with exit code 1\n"), None);
        assert_eq!(kind("I0815 10:00:00.000000       1 request.go:601] Waited for 1s\n"), None);
        assert_eq!(kind(&"error: no\n".repeat(2_000)), None);
    }
}
