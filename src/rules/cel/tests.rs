use super::{EvalError, Program, Scope, Val, compile::CelError};
use crate::graph::tape::Tape;
use crate::model::Timestamp;

fn compile(source: &str) -> Result<Program, CelError> {
    super::compile(source, false)
}

struct Fields<'a>(&'a Tape);

impl<'a> Scope<'a> for Fields<'a> {
    fn name(&self, name: &str) -> Val<'a> {
        match name {
            "mtc" => Val::Facts(self.0.root()),
            "job" => Val::Tree(self.0.root()),
            _ => self.0.root().get(name).map_or(Val::Null, Val::tree),
        }
    }

    fn known(&self, name: &str) -> bool {
        name != "unknown"
    }

    fn now(&self) -> Option<Timestamp> {
        Timestamp::parse("2026-01-01T10:10:00Z")
    }
}

fn tape() -> Tape {
    Tape::from_json(&serde_json::json!({
        "metadata": {"name": "web", "creationTimestamp": "2026-01-01T10:00:00Z", "annotations": {"a.b/c": "1"}},
        "spec": {"accessModes": ["ReadWriteOnce"], "volumes": [{"name": "a", "size": 3}, {"name": "b"}], "memory": "1Gi"},
        "status": {"phase": "Running", "bytes": 0, "ready": true, "percent": "12"},
        "phase_age": "40m", "phase_limit": "10m",
    }))
}

fn eval(source: &str) -> Result<bool, EvalError> {
    let tape = tape();
    compile(source).unwrap().holds(&Fields(&tape))
}

#[test]
fn what_holds_holds() {
    for source in [
        "status.phase == \"Running\"",
        "status.a.b.c == null",
        "status.a.b != \"x\"",
        "str(status.nothing) in [\"\", \"New\"]",
        "num(status.percent) == 12 && num(status.nothing) == 0 && num(status.bytes) == 0",
        "age(metadata.creationTimestamp) > duration(\"5m\")",
        "now - time(metadata.creationTimestamp) == duration(\"10m\")",
        "spec.accessModes == [\"ReadWriteOnce\"]",
        "spec.volumes.exists(v, v.name == \"b\") && spec.volumes.all(v, v.name != \"c\") && spec.volumes.exists_one(v, v.size == 3)",
        "spec.volumes.filter(v, v.size == 3).size() == 1 && spec.volumes.map(v, v.name) == [\"a\", \"b\"]",
        "!list(status.nothing).exists(c, c.x == 1) && status.nothing.all(c, c.x == 1)",
        "qty(spec.memory) == 1073741824.0 && qty(spec.memory) > 1000",
        "version(\"v1.7.1\", \">=1.7.0 <1.7.2\") && !version(\"latest\", \">=1\") && !version(null, \">=1\")",
        "get(metadata.annotations, \"a.b/c\") == \"1\" && metadata.annotations[\"a.b/c\"] == \"1\"",
        "host(\"https://u:p@s3.example.com:9000/b\") == \"s3.example.com\"",
        "mtc.phase_age > mtc.phase_limit && mtc.phase_age > duration(\"30m\")",
        "between(now, time(metadata.creationTimestamp), null) && near(now, now, duration(\"1s\"))",
        "distinct([\"a\", \"a\", \"b\"]).size() == 2",
        "known(job) && !known(unknown)",
        "status.phase.matches(\"^Run\") && status.phase.startsWith(\"R\") && status.phase.contains(\"unn\")",
        "job.status.nothing > 3 || true",
        "status.ready ? true : false",
        "has(status.phase) && !has(status.nothing)",
    ] {
        assert_eq!(eval(source), Ok(true), "{source}");
    }
}

#[test]
fn ordering_against_null_makes_the_whole_expression_false() {
    for source in
        ["status.nothing < 3", "!(status.nothing < 3)", "!status.nothing", "status.nothing.size() > 0", "status.nothing - now < duration(\"1m\")"]
    {
        let error = eval(source).unwrap_err();
        assert!(error.null, "{source}: {error}");
    }
    assert_eq!(eval("status.nothing < 3").unwrap_err().text, "status.nothing (null) cannot be ordered against 3 (number)");
    assert!(!eval("status.phase > 3").unwrap_err().null);
}

#[test]
fn names_and_paths_are_told() {
    let program: Program =
        compile("pod.status.phase == \"x\" && spec.a == ev.pv && list(pod.c).exists(c, c.name == other.name) && known(late)").unwrap();
    assert_eq!(program.names.iter().map(String::as_str).collect::<Vec<_>>(), ["ev", "other", "pod"]);
    assert!(program.bare);
    assert_eq!(program.asks.iter().next().map(String::as_str), Some("late"));
}

#[test]
fn mistakes_are_told_before_anything_runs() {
    for (source, says) in [
        ("duratoin(\"5m\") > now", "unknown function `duratoin`"),
        ("age()", "`age` takes 1 arguments, not 0"),
        ("duration(\"5 minutes\") > now", "`5 minutes` is not a duration"),
        ("a ==", "not a CEL expression"),
        ("a.matches(b)", "must be a literal"),
        ("a.exists(x, x.exists(y, y.exists(z, z == 1)))", "macros nest deeper than 2"),
    ] {
        let error = compile(source).unwrap_err();
        assert!(error.text.contains(says), "{source}: {}", error.text);
    }
    assert_eq!(compile("duratoin(\"5m\") > now").unwrap_err().help.as_deref(), Some("did you mean `duration`?"));
    assert!(compile(&format!("a == \"{}\"", "x".repeat(400))).is_err());
    assert!(compile(&"(".repeat(300)).is_err());
    assert!(compile(&"!".repeat(399)).is_err());
    assert!(compile(&"-".repeat(399)).is_err());
    assert!(compile(&format!("a{}", "[a".repeat(190))).is_err());
}

#[test]
fn the_false_part_is_named() {
    let tape = tape();
    let program = compile("status.ready && status.phase == \"Pending\" && status.bytes == 0").unwrap();
    assert_eq!(program.culprit(&Fields(&tape)).as_deref(), Some("status.phase == \"Pending\" is false"));
}
