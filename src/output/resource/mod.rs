//! Generated texts read back as what they describe: resources with fields, whatever the target calls them.
//!
//! A difference is told by resource and field, and a resource can be asked for by its name. Both look at the text that is
//! written, with the reader of its language, so that they hold for a tree on disk as well as for one that is still to be
//! written.

mod hcl;
mod yaml;

use camino::Utf8Path;

/// What a file describes under one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// What it is: `Deployment`, `aws_ecs_service`, `job`, `alert`.
    pub kind: String,
    /// Its name; unique among those of its kind in a file.
    pub name: String,
    /// The first line of it in its file, from 1.
    pub line: usize,
    /// Its fields, in the order of the file.
    pub fields: Vec<Field>,
}

/// One value of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Keys from the resource inwards: `spec.template.spec.containers[checkout].image`.
    pub path: String,
    /// The value as text; a list of scalars is one value.
    pub value: String,
    /// The first line of the value, from 1.
    pub line: usize,
    /// Its last line.
    pub last: usize,
    /// The first byte of the value in the file.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// The kind of what is the text of a file as a whole.
pub const FILE: &str = "file";

/// Reads a text as its path says. A text that describes no resources, or that can't be read, is one: its lines.
#[must_use]
pub fn read(path: &Utf8Path, text: &str) -> Vec<Resource> {
    let read = match path.extension() {
        Some("yaml" | "yml" | "json") => yaml::read(path, text),
        Some("tf" | "hcl" | "tfvars") => hcl::read(path, text),
        _ => None,
    };
    let mut resources = read.unwrap_or_else(|| vec![lines(path, text)]);
    unique(&mut resources);
    resources
}

/// All values of a YAML text, whatever it describes; nothing where it can't be read.
#[must_use]
pub fn fields(text: &str) -> Option<Vec<Field>> {
    yaml::fields(text)
}

/// A text as its lines.
fn lines(path: &Utf8Path, text: &str) -> Resource {
    let mut fields = Vec::new();
    let mut start = 0;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let end = start + line.len();
        let value = line.trim_end().to_owned();
        if !value.is_empty() {
            fields.push(Field { path: String::new(), value, line: index + 1, last: index + 1, start, end });
        }
        start = end;
    }
    Resource { kind: FILE.to_owned(), name: path.to_string(), line: 1, fields }
}

/// Gives those of one kind and name numbers, in the order of the file.
fn unique(resources: &mut [Resource]) {
    let mut seen: std::collections::BTreeMap<(String, String), usize> = std::collections::BTreeMap::new();
    for resource in resources {
        let count = seen.entry((resource.kind.clone(), resource.name.clone())).or_default();
        *count += 1;
        if *count > 1 {
            resource.name = format!("{} ({count})", resource.name);
        }
    }
}

/// The keys by which elements of a list are told apart, the best first.
const IDENTITIES: &[&str] = &[
    "name",
    "id",
    "alert",
    "record",
    "uid",
    "Sid",
    "sid",
    "component",
    "datastore",
    "environment",
    "suite",
    "metric",
    "secretKey",
    "key",
    "Key",
    "job_name",
    "receiver",
    "title",
    "type",
    "containerPort",
    "port",
    "topologyKey",
    "path",
    "severity",
    "host",
    "to",
    "role",
];

/// The key whose values tell all elements of a list apart. `value`: the text of a key of an element.
fn identity(length: usize, value: impl Fn(usize, &str) -> Option<String>) -> Option<&'static str> {
    IDENTITIES.iter().copied().find(|key| {
        let mut seen = std::collections::BTreeSet::new();
        // A number that counts elements is no name: it is another one's as soon as one comes before.
        let counts = |value: &str| *key == "id" && value.parse::<u32>().is_ok();
        (0..length).all(|index| value(index, key).is_some_and(|value| !counts(&value) && seen.insert(value)))
    })
}

/// A path with a key behind it.
fn join(path: &str, key: &str) -> String {
    let key = if key.contains(['.', '[', ']']) { format!("`{key}`") } else { key.to_owned() };
    if path.is_empty() { key } else { format!("{path}.{key}") }
}

/// A part of a file, and how much of the file stands before it.
#[derive(Clone, Copy)]
struct Part<'a> {
    text: &'a str,
    lines_before: usize,
    bytes_before: usize,
}

/// Numbers of lines by bytes.
struct Lines<'a> {
    part: Part<'a>,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn of(part: Part<'a>) -> Lines<'a> {
        let ends = part.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Lines { part, starts: std::iter::once(0).chain(ends).collect() }
    }

    /// The line in the file that a byte of the part is on.
    fn at(&self, byte: usize) -> usize {
        self.starts.partition_point(|start| *start <= byte).max(1) + self.part.lines_before
    }

    /// A value at a range of bytes of the part.
    fn field(&self, path: &str, range: std::ops::Range<usize>, value: String) -> Field {
        // What is left of the last line belongs to nobody.
        let end = range.start + self.part.text.get(range.clone()).unwrap_or_default().trim_end().len();
        let line = self.at(range.start);
        let before = self.part.bytes_before;
        Field {
            path: path.to_owned(),
            value,
            line,
            last: self.at(end.saturating_sub(1)).max(line),
            start: range.start + before,
            end: end + before,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(resource: &Resource) -> Vec<String> {
        resource.fields.iter().map(|field| format!("{}={}@{}", field.path, field.value, field.line)).collect()
    }

    fn names(path: &str, text: &str) -> Vec<String> {
        let resources = read(path.into(), text);
        resources.iter().map(|found| format!("{}/{}@{}", found.kind, found.name, found.line)).collect()
    }

    #[test]
    fn manifests_are_resources_with_fields() {
        let text = "# head\nkind: Service\nmetadata: {name: web}\nspec:\n  ports:\n    - name: http\n      port: 80\n    - {name: grpc, port: 81}\n---\nkind: ConfigMap\nmetadata:\n  name: web\ndata: {}\n";
        let read = read("a.yaml".into(), text);
        assert_eq!(names("a.yaml", text), ["Service/web@2", "ConfigMap/web@10"]);
        assert_eq!(
            fields(&read[0]),
            [
                "kind=Service@2",
                "metadata.name=web@3",
                "spec.ports[http].name=http@6",
                "spec.ports[http].port=80@7",
                "spec.ports[grpc].name=grpc@8",
                "spec.ports[grpc].port=81@8"
            ]
        );
        assert_eq!(fields(&read[1])[2], "data={}@13");
    }

    #[test]
    fn blocks_are_resources_with_fields() {
        let text = "resource \"aws_ecs_service\" \"web\" {\n  desired_count = 3\n  tags = {\n    a = \"b\"\n  }\n  network {\n    subnets = [\"a\", var.b]\n  }\n}\nlocals {\n  x = 1\n}\n";
        assert_eq!(names("m.tf", text), ["aws_ecs_service/web@1", "locals/m.tf@10"]);
        assert_eq!(
            fields(&read("m.tf".into(), text)[0]),
            ["desired_count=3@2", "tags.a=b@4", "network.subnets=[\"a\", var.b]@7"]
        );
    }

    #[test]
    fn what_can_not_be_read_is_its_lines() {
        assert_eq!(names("a.yaml", "a: [\n"), ["file/a.yaml@1"]);
        assert_eq!(names("a.tf", "a = {\n"), ["file/a.tf@1"]);
        assert_eq!(fields(&read("a.md".into(), "# a\n\nb\n")[0]), ["=# a@1", "=b@3"]);
    }
}
