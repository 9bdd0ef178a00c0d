use super::*;

fn backup(text: &str) -> Described {
    parse(text, None).unwrap()
}

fn told(list: &[Told]) -> Vec<(Scope, &str, u32)> {
    list.iter().map(|one| (one.scope.clone(), one.text.as_str(), one.line)).collect()
}

const OLD_BACKUP: &str = "\
Defaulted container \"velero\" out of: velero, aws (init)
Name:         m-stage-abcde
Namespace:    openshift-migration
Labels:       app=a
              migmigration=u1
Annotations:  <none>

Phase:  PartiallyFailed (run `velero backup logs m-stage-abcde` for more information)

Errors:    2
Warnings:  1

Namespaces:
  Included:  shop
  Excluded:  <none>

Storage Location:  mig-s3-1

Velero-Native Snapshots: <none included>

Restic Backups:
  Completed:
    shop/stage-a: data, logs
  In Progress:
    shop/stage-b: cache (45.10%)
  New:
    shop/stage-c: tmp
";

#[test]
fn an_old_backup_tells_counts_and_volumes() {
    let found = backup(OLD_BACKUP);
    assert_eq!((found.kind, found.name.as_str(), found.namespace.as_deref()), (DescribedKind::Backup, "m-stage-abcde", Some("openshift-migration")));
    assert_eq!(found.phase, Some(Said { text: "PartiallyFailed".into(), line: 8 }));
    assert_eq!((found.error_count, found.warning_count), (Some(2), Some(1)));
    let volumes: Vec<_> =
        found.volumes.iter().map(|one| (one.pod.as_str(), one.volume.as_str(), one.phase.as_str(), one.progress.as_deref())).collect();
    assert_eq!(
        volumes,
        [
            ("stage-a", "data", "Completed", None),
            ("stage-a", "logs", "Completed", None),
            ("stage-b", "cache", "In Progress", Some("45.10%")),
            ("stage-c", "tmp", "New", None)
        ]
    );
    assert!(found.errors.is_empty() && found.complaints.is_empty() && !found.cut);
}

const NEW_BACKUP: &str = "\
Name:         b
Namespace:    openshift-adp
Phase:  PartiallyFailed (run `velero backup logs b` for more information)

Warnings:
  Velero:     <none>
  Cluster:    <none>
  Namespaces:
    shop:   resource: /pods name: /web message: /Skip pod volume data error: /<nil>

Errors:
  Velero:    message: /timed out waiting for all PodVolumeBackups to complete
             name: /web message: /Error backing up item error: /error executing custom action:
rpc error: code = Unknown desc = no endpoints
  Cluster:    <none>
  Namespaces:
    shop:   resource: /pods name: /db message: /Error backing up item
            resource: /pods name: /api message: /Error backing up item
    other:  resource: /jobs name: /j message: /gone

Namespaces:
  Included:  shop, other

Resource List:
  v1/Pod:
    - shop/web

Backup Volumes:
  Velero-Native Snapshots: <none included>

  CSI Snapshots:
    shop/pvc-1:
      Snapshot:
        Result: succeeded

  Pod Volume Backups - kopia:
    Completed:
      shop/web: data (size: 3, incremental size: 1), logs
    Failed:
      shop/db: pgdata

HooksAttempted:  0
";

#[test]
fn a_new_backup_tells_what_its_errors_say_and_where_they_belong() {
    let found = backup(NEW_BACKUP);
    let shop = || Scope::Namespace("shop".into());
    assert_eq!(
        told(&found.errors),
        [
            (Scope::Velero, "message: /timed out waiting for all PodVolumeBackups to complete", 12),
            (
                Scope::Velero,
                "name: /web message: /Error backing up item error: /error executing custom action: rpc error: code = Unknown desc = no endpoints",
                13
            ),
            (shop(), "resource: /pods name: /db message: /Error backing up item", 17),
            (shop(), "resource: /pods name: /api message: /Error backing up item", 18),
            (Scope::Namespace("other".into()), "resource: /jobs name: /j message: /gone", 19),
        ]
    );
    assert_eq!(told(&found.warnings), [(shop(), "resource: /pods name: /web message: /Skip pod volume data error: /<nil>", 9)]);
    let volumes: Vec<_> = found.volumes.iter().map(|one| (one.pod.as_str(), one.volume.as_str(), one.phase.as_str())).collect();
    assert_eq!(volumes, [("web", "data", "Completed"), ("web", "logs", "Completed"), ("db", "pgdata", "Failed")]);
}

#[test]
fn a_restore_is_known_by_its_sections_and_a_short_one_by_its_file() {
    let text = "Name:         r\nNamespace:    openshift-migration\n\nPhase:  PartiallyFailed (run 'velero restore logs r' for more information)\n\nErrors:\n  Velero:   timed out waiting for all PodVolumeRestores to complete\n  Cluster:  <none>\n  Namespaces: <none>\n\nBackup:  b\n\nRestic Restores:\n  New:\n    shop/stage-a: data\n";
    let found = parse(text, None).unwrap();
    assert_eq!(found.kind, DescribedKind::Restore);
    assert_eq!(told(&found.errors), [(Scope::Velero, "timed out waiting for all PodVolumeRestores to complete", 7)]);
    assert_eq!(found.volumes[0].phase, "New");
    let short = parse("Name:  r\nNamespace:  om\ncommand terminated with exit code 124\n", Some(DescribedKind::Restore)).unwrap();
    assert!(short.cut && short.kind == DescribedKind::Restore);
    assert_eq!(parse("Name:  r\nNamespace:  om\n", None), None, "anything may have a name");
}

#[test]
fn validation_errors_stand_below_each_other() {
    let text = "Name:  b\nPhase:  FailedValidation\n\nValidation errors:  an existing backup storage location wasn't specified\n                    Invalid included/excluded namespace lists\n\nNamespaces:\n  Included:  a\n";
    let texts: Vec<_> = backup(text).validation.into_iter().map(|said| (said.text, said.line)).collect();
    assert_eq!(
        texts,
        [("an existing backup storage location wasn't specified".to_owned(), 4), ("Invalid included/excluded namespace lists".to_owned(), 5)]
    );
}

#[test]
fn complaints_of_the_client_are_no_errors_of_the_run() {
    for (line, complaint) in [
        ("Warnings:   <error getting warnings: DownloadRequest.velero.io \"b-1\" is invalid: Unsupported value>", "<error getting warnings: "),
        ("Errors:   <error getting errors: timed out waiting for download URL>", "<error getting errors: "),
        ("Warnings:   <error decoding warnings: EOF>", "<error decoding "),
        ("Resource List:  <backup resource list not found>", "<backup resource list not found>"),
        ("Resource List:  <error getting backup resource list: x>", "<error getting "),
        ("Velero-Native Snapshots:  <error getting snapshot info: x>", "<error getting "),
        ("Backup Item Operations:  <error getting operation info: x>", "<error getting "),
        ("  <error getting backup volume info: x>", "<error getting "),
        ("  <error concluding native snapshot info: x>", "<error concluding "),
        ("WARNING: Error getting cacert from BSL: x", "WARNING: Error getting cacert"),
        ("error getting PodVolumeBackups for backup b: x", "error getting PodVolumeBackups"),
        ("An error occurred: file not found", "An error occurred: "),
    ] {
        let found = backup(&format!("Name:  b\nNamespace:  om\nPhase:  Completed\n{line}\n"));
        assert!(found.errors.is_empty() && found.warnings.is_empty(), "{line}");
        assert_eq!(found.complaints.len(), 1, "{line}");
        assert!(found.complaints[0].text.starts_with(complaint) && found.complaints[0].line == 4, "{line}");
    }
    assert!(backup("Name:  b\nPhase:  Completed\nValidation errors:  <none>\n\nExpiration:  <nil>\nStarted:  <n/a>\n").complaints.is_empty());
}

#[test]
fn a_volume_job_tells_phase_message_and_progress() {
    let text = "Name:         b-1\nNamespace:    openshift-migration\nLabels:       velero.io/backup-name=b\nAnnotations:  <none>\nAPI Version:  velero.io/v1\nKind:         PodVolumeBackup\nMetadata:\n  UID:  u\nSpec:\n  Node:  n1\n  Pod:\n    Kind:       Pod\n    Name:       web-0\n    Namespace:  shop\n  Volume:  data\nStatus:\n  Message:  error running restic backup, stderr=Fatal: unable to open config file: Stat: The specified key does not exist.\nIs there a repository at the following location?\ns3:https://s3/b: exit status 1\n  Path:     /host_pods/x\n  Phase:    Failed\n  Progress:\n    Bytes Done:   5\n    Total Bytes:  20\nEvents:  <none>\n";
    let found = parse(text, None).unwrap();
    assert_eq!((found.kind, found.phase.unwrap().text.as_str()), (DescribedKind::PodVolumeBackup, "Failed"));
    let message = found.message.unwrap();
    assert_eq!(message.line, 17);
    assert!(
        message.text.ends_with("does not exist. Is there a repository at the following location? s3:https://s3/b: exit status 1"),
        "{}",
        message.text
    );
    let volume = &found.volumes[0];
    assert_eq!(
        (volume.namespace.as_str(), volume.pod.as_str(), volume.volume.as_str(), volume.progress.as_deref()),
        ("shop", "web-0", "data", Some("25.00%"))
    );
}

#[test]
fn hostile_texts_do_not_panic_and_stay_small() {
    for text in [
        "",
        ":",
        "Name:",
        "Name:  \u{1F600}\nErrors:\n  Velero:  (((\n\u{1F600}",
        "Name: a\nRestic Backups:\n  New:\n    /: (,),(\n    a/b: x (",
        "Name: a\nPhase: \nErrors:\n    : \n",
    ] {
        let _ = parse(text, Some(DescribedKind::Restore));
        let _ = parse(text, Some(DescribedKind::PodVolumeBackup));
    }
    let many = format!("Name:  b\nPhase:  Failed\nErrors:\n  Velero:  x\n{}", "           é\n".repeat(5_000));
    let found = backup(&many);
    assert!(found.errors.len() <= MOST);
    let long = backup(&format!("Name:  b\nPhase:  Failed\nErrors:\n  Velero:  {}\n", "é".repeat(10_000)));
    assert!(long.errors[0].text.len() <= LONGEST);
}
