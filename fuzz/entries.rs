//! What is fed with anything: the same entries for the fuzzer and for the bounded run of the tests.
//!
//! An entry panics where a promise is broken; that it returns at all is the first one.

use pathc::output::{Content, Doc, Map, Printed};
use pathc::source::yaml::parse;
use pathc::source::{FileId, FileKind, Origin, Rule, Sources};

/// A YAML text: every node lies in the text, and the decoder of each document takes what there is.
pub(crate) fn yaml(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (tree, problems) = parse(FileId::default(), text);
    for node in 0..tree.len() {
        let (start, end) = tree.node_range(node as u32).unwrap_or_default();
        assert!(start <= end && end as usize <= text.len(), "a node lies outside of the text");
    }
    for problem in problems {
        assert!(problem.span.end as usize <= text.len(), "a problem lies outside of the text");
    }
}

/// A system of three files: whatever stands in them is a finding, never a panic.
pub(crate) fn system(bytes: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    let root = camino::Utf8Path::from_path(folder.path()).expect("UTF-8");
    std::fs::create_dir(root.join("path")).expect("a folder");
    let mut parts = bytes.splitn(3, |byte| *byte == 0);
    for file in ["path/implementation_artifacts.yaml", "path/deployment_packages.yaml", "pathc.yaml"] {
        let text = parts.next().filter(|part| !part.is_empty()).unwrap_or(b"system: shop\n");
        std::fs::write(root.join(file), text).expect("a file");
    }
    let mut found = pathc::diag::Sink::default();
    let settings = pathc::gates::Settings::release(pathc::ir::value::Time { seconds: 0 });
    let compilation = pathc::compile(root, &settings, &mut found);
    drop(pathc::generate(&compilation, &[], &mut found));
}

/// A document that is made of the bytes: what is printed reads back as the same values.
pub(crate) fn printers(bytes: &[u8]) {
    let origin = Origin::rule(Rule(0));
    let mut map = Map::new(origin);
    let mut list = Vec::new();
    for (index, part) in bytes.split(|byte| *byte == 0xff).enumerate().take(64) {
        // No input may hold a NUL, so none is printed.
        let text = String::from_utf8_lossy(part).replace('\0', " ");
        map.put(format!("k{index}"), Doc::text(text.clone(), origin));
        list.push(Doc::text(text, origin));
    }
    let texts: Vec<String> = list
        .iter()
        .filter_map(|doc| match doc {
            Doc::Text(text, _) => Some(text.to_string()),
            _ => None,
        })
        .collect();
    let document = Doc::from(Map::new(origin).with("map", map).with("list", Doc::list(list, origin)));
    let mut printed = Printed::default();
    Content::Json(document.clone()).print(&mut printed);
    let read: serde_json::Value = serde_json::from_str(&printed.text).expect("JSON that reads back");
    for (index, text) in texts.iter().enumerate() {
        assert_eq!(read["list"][index].as_str(), Some(text.as_str()));
        assert_eq!(read["map"][format!("k{index}")].as_str(), Some(text.as_str()));
    }
    printed.clear();
    Content::yaml(Vec::new(), vec![document]).print(&mut printed);
    let mut sources = Sources::default();
    let (tree, problems) = parse(FileId::default(), &printed.text);
    assert!(problems.is_empty(), "YAML that does not read back: {problems:?}");
    let id = sources.add("x.yaml".into(), printed.text.clone(), FileKind::Plan, tree);
    let file = sources.file(id);
    let value = |node, key: &str| {
        let mut entries = file.tree().entries(node)?;
        entries
            .find(|(name, _)| file.tree().scalar(&file.text, *name).is_some_and(|(name, _)| name == key))
            .map(|(_, value)| value)
    };
    let list = file
        .tree()
        .root()
        .and_then(|root| value(root, "list"))
        .and_then(|list| file.tree().list(list))
        .unwrap_or_default();
    assert_eq!(list.len(), texts.len());
    for (node, text) in list.iter().zip(&texts) {
        assert_eq!(file.tree().scalar(&file.text, *node).map(|(text, _)| text), Some(text.as_str()));
    }
}

/// A report of some format, which the first byte chooses.
pub(crate) fn import(bytes: &[u8]) {
    let [format, report @ ..] = bytes else { return };
    let formats = pathc::import::FORMATS;
    let _ = (formats[usize::from(*format) % formats.len()].read)(report);
}
