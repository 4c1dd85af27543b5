//! The files of a run: text, tree, lines; and the way from an origin back to a place in one of them.

use std::sync::OnceLock;

use camino::{Utf8Path, Utf8PathBuf};

use super::origin::OriginKind;
use super::text::mark_length;
use super::yaml::{self, Tree};
use super::{FileId, Origin, Place, Position, Span};

/// What a file is to pathc.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileKind {
    /// `pathc.yaml` or one of the nine inputs.
    Input,
    /// A target spec: dated facts.
    Spec,
    /// A deliverable that is read back.
    Plan,
}

/// A file that was read.
#[derive(Debug)]
pub struct SourceFile {
    /// Path relative to the manifest's folder, with `/`.
    pub path: Utf8PathBuf,
    /// The whole text, with its byte order mark: a byte of it is a byte of the file.
    pub text: String,
    /// What the file is.
    pub kind: FileKind,
    /// Number of this file's first node, counted through all files.
    pub node_base: u32,
    id: FileId,
    tree: OnceLock<Tree>,
    lines: OnceLock<Vec<u32>>,
}

/// All files of a run, in the order of loading.
#[derive(Debug, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
    next_node: u32,
}

impl Sources {
    /// Adds a file; its nodes are numbered after those of the files before it.
    pub fn add(&mut self, path: Utf8PathBuf, text: String, kind: FileKind, mut tree: Tree) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        tree.file = id;
        let node_base = self.next_node;
        self.next_node = self.next_node.saturating_add(u32::try_from(tree.len()).unwrap_or(u32::MAX));
        self.files.push(SourceFile { path, text, kind, node_base, id, tree: tree.into(), lines: OnceLock::new() });
        id
    }

    /// Drops the trees of all files that can be read again as they were, for they are larger than what is made of them. A tree
    /// that somebody asks for later, to show a place, is made once more.
    pub fn forget_trees(&mut self) {
        for file in &mut self.files {
            let whole = |tree: &Tree| tree.is_complete() && tree.root().is_some();
            if file.tree.get().is_some_and(whole) {
                file.tree = OnceLock::new();
            }
        }
    }

    /// A file by its number.
    ///
    /// # Panics
    /// When the number is of another run: numbers are only made by [`Sources::add`].
    #[must_use]
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// How many files there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there is no file yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// All files, in order.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(index, file)| (FileId(index as u32), file))
    }

    /// The file with this path relative to the manifest's folder.
    #[must_use]
    pub fn by_path(&self, path: &Utf8Path) -> Option<(FileId, &SourceFile)> {
        self.iter().find(|(_, file)| file.path == path)
    }

    /// The place that an origin names, when somebody wrote it.
    #[must_use]
    pub fn span(&self, origin: Origin) -> Option<Span> {
        let OriginKind::Node(number) = origin.kind() else { return None };
        let index = self.files.partition_point(|file| file.node_base <= number).checked_sub(1)?;
        let file = &self.files[index];
        let (start, end) = file.tree().node_range(number - file.node_base)?;
        Some(Span { file: FileId(index as u32), start, end })
    }

    /// How many elements the list below a key of a mapping has as it was written, whatever became of them; none where no list
    /// stands there.
    #[must_use]
    pub fn written_elements(&self, mapping: Origin, key: &str) -> Option<usize> {
        let OriginKind::Node(number) = mapping.kind() else { return None };
        let index = self.files.partition_point(|file| file.node_base <= number).checked_sub(1)?;
        let file = &self.files[index];
        let mut entries = file.tree().entries(number.checked_sub(file.node_base)?)?;
        let is_key = |node| file.tree().scalar(&file.text, node).is_some_and(|(text, _)| text == key);
        let (_, list) = entries.find(|(node, _)| is_key(*node))?;
        file.tree().list(list).map(<[_]>::len)
    }

    /// Whether an error ended a file inside of this mapping or list, so that its other entries are not known.
    #[must_use]
    pub fn is_cut(&self, origin: Origin) -> bool {
        let OriginKind::Node(number) = origin.kind() else { return false };
        let index = self.files.partition_point(|file| file.node_base <= number).checked_sub(1);
        index.is_some_and(|index| self.files[index].tree().is_cut(number - self.files[index].node_base))
    }

    /// The bytes that a place names, where somebody wrote them.
    #[must_use]
    pub fn exact(&self, place: Place) -> Option<Span> {
        match place {
            Place::Span(span) => Some(span),
            Place::Origin(origin) => self.span(origin),
        }
    }

    /// The text at a span.
    #[must_use]
    pub fn text(&self, span: Span) -> &str {
        self.file(span.file).text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// The whole line in which a span begins, and the byte of it at which it does.
    #[must_use]
    pub fn line_of(&self, span: Span) -> (&str, usize) {
        let file = self.file(span.file);
        let (start, end) = file.line(file.position(span.start).line).unwrap_or_default();
        let line = file.text.get(start as usize..end as usize).unwrap_or_default();
        (line, span.start.saturating_sub(start) as usize)
    }

    /// The position of a byte of a file; a byte past the end is the end.
    #[must_use]
    pub fn position(&self, file: FileId, byte: u32) -> Position {
        self.file(file).position(byte)
    }
}

impl SourceFile {
    /// The nodes of the text.
    #[must_use]
    pub fn tree(&self) -> &Tree {
        self.tree.get_or_init(|| yaml::parse(self.id, &self.text).0)
    }

    fn line_starts(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            // The mark is no column of the first line.
            std::iter::once(mark_length(&self.text) as u32)
                .chain(self.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at as u32 + 1))
                .collect()
        })
    }

    /// The position of a byte; a byte past the end is the end.
    #[must_use]
    pub fn position(&self, byte: u32) -> Position {
        let starts = self.line_starts();
        let line = starts.partition_point(|start| *start <= byte).max(1);
        let from = starts[line - 1] as usize;
        let to = (byte as usize).min(self.text.len());
        let column = self.text.get(from..to).map_or(0, |text| text.chars().count());
        Position { line: line as u32, column: column as u32 + 1 }
    }

    /// The byte range of a line, counted from 1, without its line end.
    #[must_use]
    pub fn line(&self, line: u32) -> Option<(u32, u32)> {
        let starts = self.line_starts();
        let index = (line as usize).checked_sub(1)?;
        let start = *starts.get(index)?;
        let end = starts.get(index + 1).map_or(self.text.len() as u32, |next| next - 1).max(start);
        let text = self.text.get(start as usize..end as usize)?;
        Some((start, end - u32::from(text.ends_with('\r'))))
    }
}
