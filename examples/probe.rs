use mig_analyze::*;
use std::sync::Mutex;
fn main() {
    let t = std::time::Instant::now();
    let set = scan::PatternSet::compile(&[]).unwrap();
    let mut inputs = vec![];
    for (i, a) in std::env::args().skip(1).enumerate() {
        let source = archive::Source::from(std::path::PathBuf::from(&a));
        let paths = Mutex::new(vec![]);
        let want = |p: &str| { paths.lock().unwrap().push(std::sync::Arc::from(p)); match layout::shape(p) { layout::Shape::Manifest | layout::Shape::Text => archive::Want::Whole, layout::Shape::Log(_) => archive::Want::Stream, layout::Shape::Ignore => archive::Want::Skip, layout::Shape::Closed => archive::Want::Closed } };
        let run = archive::run(&source, &archive::Limits::default(), &want, 1, || ingest::Worker::new(i as u32, &set, &[]), ingest::Worker::batch).unwrap();
        inputs.push(ingest::InputRead { name: a, walked: run.walked, paths: paths.into_inner().unwrap(), harvests: run.states.into_iter().map(|w| w.finish()).collect(), gaps: run.gaps });
    }
    eprintln!("read {:?}", t.elapsed());
    let f = ingest::freeze(inputs, &set);
    eprintln!("freeze {:?}", t.elapsed());
    let g = &f.graph;
    println!("copies {} objects {} events {} kinds {} logs {} edges {} clusters {:?}", f.copies, g.objects.len(), g.events.len(), g.kinds().len(), g.logs.len(), g.edge_count(), g.clusters.iter().map(|c| (c.name.clone(), c.now.map(|n| n.to_string()), c.mig_cluster.clone(), c.identity.by.clone())).collect::<Vec<_>>());
    let ns: std::collections::BTreeSet<_> = g.objects.iter().filter_map(|o| o.namespace.clone()).chain(g.events.iter().map(|e| e.namespace.clone())).collect();
    println!("ns {} yaml {:?} body bytes {} lines {}", ns.len(), f.yaml, g.objects.iter().filter_map(|o| o.body.as_ref()).map(|b| b.bytes()).sum::<usize>(), g.logs.iter().map(|l| l.lines).sum::<u64>());
    println!("gather {:?}", g.datasets);
    for gap in &g.gaps { println!("{:?}", gap); }
}
