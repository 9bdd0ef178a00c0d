//! Every layout in which a gather has been delivered, and every quirk of one that bears on reading it.
//!
//! The archives are built in memory; the tests are named after what they show, `l…` for a generation of the MTC gather, `o…` for one
//! of OADP, `q…` for a quirk. Quirks of the collection and where they are shown:
//!
//! | quirk | what | shown by |
//! |---|---|---|
//! | 1 | messages of the client in YAML and logs | `quirks::q01`, `tests/kube_yaml/quirks.rs`, `tests/identity/damage.rs` |
//! | 2 | a complaint in place of a log | `quirks::q02`, unit tests of `scan::problem` |
//! | 3 | containers of a pod in one log, in any order | `quirks::q03` |
//! | 4 | the log reader repeats the logs of others | `quirks::q04` |
//! | 5 | a directory called `{object_collection_path}` | `quirks::q05` |
//! | 6 | the usage text of `oc logs` in place of a log | `quirks::q06` |
//! | 7 | empty directories of volume backups | `quirks::q07`: the objects stand in `crs/`; the log of the agent counts as not collected |
//! | 8 | data of one cluster under the name of another | `cases::q08…`, `tests/identity.rs` |
//! | 9 | several writers of one text | `quirks::q09` |
//! | 10 | the last kinds are cut or empty | `quirks::q10` |
//! | 11 | only the first namespace of several was visited | `quirks::q11` |
//! | 12 | nothing to gather, with or without metrics | `checklist::an_empty_gather…` |
//! | 13 | a failed login | `checklist::a_failed_login_alone…` |
//! | 14 | a MigCluster called `host` that is not the host | `cases::q14…`: the directory that both share is suspect |
//! | 15 | run directories missing or of another kind | `quirks::q15` |
//! | 16 | the client says which container it chose | `quirks::q16_q17` |
//! | 17 | a text that ends in the middle of a line | `quirks::q16_q17` |
//! | 18 | up to four copies of an object | `quirks::q18` |
//! | 19 | up to three copies of a log | `quirks::q19` |
//! | 20 | `previous` is the container before, not the pod before | `quirks::q20` |
//! | 21 | helper pods of some namespaces are left out | `quirks::q21` |
//! | 22 | runs and volumes without an owner | `quirks::q22` |
//! | 23 | cluster-scoped resources named by the scripts | `quirks::q23` |
//! | 24 | what no gather of MTC collects | `quirks::q24` |
//! | 25 | one tree for each DataProtectionApplication | `quirks::q25`: a run is one, and its log counts once |
//! | 26 | a kind lost with its list | `quirks::q26` |
//! | 27 | requests that the gather itself made | `quirks::q27` |
//! | 28 | clocks | `quirks::q28`; the times of files are used for nothing: a gather without any time in its data says that it has none |
//! | 29 | encodings, separators, prefixes, duplicates | `quirks::q29…`, `src/archive/tests/members.rs` |
//! | 30 | huge lines | `quirks::q30`, `src/archive/tests/chunks.rs` |
//! | 31 | secrets | no matter of reading: they are masked where evidence is built (`finding::redact`) |

#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

#[path = "layouts/build.rs"]
mod build;
#[allow(dead_code, reason = "shared with tests/identity.rs, which uses all of it")]
#[path = "identity/case.rs"]
mod case;
#[path = "layouts/cases.rs"]
mod cases;
#[path = "layouts/checklist.rs"]
mod checklist;
#[path = "layouts/formats.rs"]
mod formats;
#[path = "layouts/quirks.rs"]
mod quirks;
