//! What the views print over stories, whole. A change here is a change of what people read: look at it.

use std::path::Path;
use std::process::Command;

/// Name, story, its inputs, and the words of the command.
const GOLDEN: &[(&str, &str, &[&str], &str)] = &[
    ("tree_run", "multi-attach", &["must-gather", "inspect"], "tree --migration shop-stage"),
    ("tree_unhealthy", "unschedulable-rsync", &["must-gather", "inspect"], "tree --unhealthy"),
    ("tree_direct", "success-hides-failed-copy", &["must-gather"], "tree --plan forum"),
    ("migration_velero", "multi-attach", &["must-gather", "inspect"], "migration --migration shop-stage"),
    ("migration_direct", "success-hides-failed-copy", &["must-gather"], "migration --migration forum-cutover"),
    ("migration_login_failed", "login-failed", &["must-gather"], "migration"),
    ("timeline_around", "multi-attach", &["must-gather", "inspect"], "timeline --around F1 --within 3m --level warning"),
    ("timeline_warnings", "restic-timeout-no-agent", &["must-gather"], "timeline --level warning"),
    ("logs_warnings", "multi-attach", &["must-gather", "inspect"], "logs --level warning"),
    ("logs_rsync", "unschedulable-rsync", &["must-gather", "inspect"], "logs --component rsync --component stunnel --all"),
    ("get_runs", "healthy", &["must-gather", "inspect"], "get migmigration"),
    ("get_volume_jobs", "two-hosts", &["source/must-gather", "target/must-gather"], "get pvb --field status.phase!=Completed"),
    ("get_pods_wide", "multi-attach", &["must-gather", "inspect"], "get po -n shop -o wide --cluster target"),
    ("get_names", "multi-attach", &["must-gather", "inspect"], "get backups.velero.io -o name"),
    ("describe_pod", "multi-attach", &["must-gather", "inspect"], "describe pod stage-shop-mysql"),
    ("describe_restore", "multi-attach", &["must-gather", "inspect"], "describe restore shop-stage"),
    ("describe_backup", "restic-timeout-no-agent", &["must-gather"], "describe backup billing-stage"),
    ("coverage_whole", "multi-attach", &["must-gather", "inspect"], "coverage"),
    ("coverage_login_failed", "login-failed", &["must-gather"], "coverage"),
];

/// More lines than this nobody reviews.
const MOST_LINES: usize = 150;

pub(super) fn print(story: &str, inputs: &[&str], words: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(story);
    let inputs = inputs.iter().flat_map(|input| ["-i".into(), folder.join(input)]);
    let mut command = Command::new(env!("CARGO_BIN_EXE_mig-analyze"));
    let output = command.args(words.split(' ')).args(inputs).env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").output().unwrap();
    assert!(output.status.success(), "{words}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_views_print_what_was_reviewed() {
    for (name, story, inputs, words) in GOLDEN {
        let text = print(story, inputs, words);
        assert!(text.lines().count() <= MOST_LINES, "{name} has {} lines", text.lines().count());
        assert!(!text.contains('\u{1b}'), "{name}: no colour into a pipe");
        insta::with_settings!({ description => format!("mig-analyze {words}"), omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(*name, text);
        });
    }
}

#[test]
fn a_view_is_the_same_whatever_the_threads() {
    for (name, story, inputs, words) in GOLDEN {
        assert_eq!(print(story, inputs, &format!("{words} --threads 1")), print(story, inputs, &format!("{words} --threads 3")), "{name}");
    }
}
