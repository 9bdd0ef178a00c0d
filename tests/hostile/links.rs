//! Names and members that try to lead out of the input.

use mig_analyze::archive::pack::Tar;

use super::gather::{NAMESPACE, base, cr, log, migration, plan};
use super::run::{Stage, assert_gap};

const OUTSIDE: &str = "only-outside-of-the-input";

#[test]
fn names_that_climb_are_refused_and_absolute_ones_stay_inside() {
    let bytes = base()
        .file("../../../../tmp/evil.yaml", migration("climber", "p", ""))
        .file(&format!("{NAMESPACE}/../../../../../etc/cron.d/evil"), "x")
        .file("/etc/evil.yaml", migration("absolute", "p", ""))
        .file("C:\\Windows\\evil.yaml", migration("windows", "p", ""))
        .file("..\\..\\evil.yaml", migration("backwards", "p", ""))
        .gzip();
    let report = Stage::new("must-gather.tar.gz", &bytes).report();
    assert_gap(&report, &["unreadable", "`..`"]);
    let text = report.to_string();
    assert!(!text.contains("climber") && !text.contains("backwards"), "a member whose name climbs was read");
}

#[test]
fn links_and_devices_in_an_archive_are_never_followed() {
    let stage = Stage::empty("must-gather.tar.gz");
    let outside = stage.folder().join("outside.log");
    std::fs::write(&outside, OUTSIDE).unwrap();
    let outside = outside.to_str().unwrap();
    let mut tar: Tar = base().link(&log("velero-1"), outside).link(&cr("migplans.migration.openshift.io", "linked"), outside);
    for kind in *b"13467" {
        tar = tar.member(kind, format!("{NAMESPACE}/pods/x/x/x/logs/current.log").as_bytes(), b"");
    }
    std::fs::write(&stage.input, tar.gzip()).unwrap();
    let report = stage.report();
    assert!(!report.to_string().contains(OUTSIDE));
    let cat = stage.run(&["cat", &log("velero-1"), "-i", stage.input.to_str().unwrap()]);
    assert!(!cat.stdout.contains(OUTSIDE) && cat.code == 2, "{}", cat.stdout);
}

#[cfg(unix)]
#[test]
fn links_and_pipes_in_a_folder_are_never_followed() {
    let stage = Stage::empty("must-gather");
    let outside = stage.folder().join("elsewhere");
    std::fs::create_dir(&outside).unwrap();
    std::fs::write(outside.join("secret.yaml"), plan(OUTSIDE)).unwrap();
    let crs = stage.input.join(format!("{NAMESPACE}/crs/migplans.migration.openshift.io"));
    std::fs::create_dir_all(&crs).unwrap();
    std::fs::write(crs.join("p.yaml"), plan("p")).unwrap();
    std::os::unix::fs::symlink(outside.join("secret.yaml"), crs.join("linked.yaml")).unwrap();
    std::os::unix::fs::symlink(&outside, crs.join("folder")).unwrap();
    std::os::unix::fs::symlink("..", crs.join("loop")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", crs.join("zero.yaml")).unwrap();
    let made = std::process::Command::new("mkfifo").arg(crs.join("pipe.yaml")).status();
    assert!(made.is_ok_and(|status| status.success()), "a fifo that nobody writes to would hang whoever opens it");
    let input = stage.input.to_str().unwrap();
    for args in [&[input][..], &["get", "migplan", "-i", input, "-o", "yaml"], &["coverage", input]] {
        let ran = stage.run(args);
        assert!(!ran.stdout.contains(OUTSIDE), "{}", ran.stdout);
    }
    let cat = stage.run(&["cat", "linked.yaml", "-i", input]);
    assert!(!cat.stdout.contains(OUTSIDE) && cat.code == 2, "{}", cat.stdout);
}

#[test]
fn headers_that_lie_about_sizes_cost_nothing() {
    let huge = |kind: u8| {
        let mut header = Tar::new().member(kind, b"must-gather/lie.yaml", b"").unclosed();
        header[124..136].copy_from_slice(b"\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff");
        header[148..156].fill(b' ');
        let sum: u32 = header[..512].iter().map(|byte| u32::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        header
    };
    for kind in *b"0LKxgS5" {
        Stage::new("must-gather.tar", &base().raw(&huge(kind)).file("must-gather/after", "x").finish()).report();
    }
    let records = base().pax(&[("path", &"a/".repeat(300_000)), ("size", "99999999999999999999")]).file("must-gather/x.yaml", "x").finish();
    Stage::new("must-gather.tar", &records).report();
}
