//! Paths in the repository, in a container, and of a URL.

use std::borrow::Cow;
use std::fmt;

use super::shape;
use crate::scalar_decode;
use crate::source::Scalar;
use crate::source::scalar::{Wrong, shown};
use crate::source::shape::{JsonType, ScalarShape};

text_value!(
    /// A path inside of the repository, with `/`.
    RepositoryPath
);
text_value!(
    /// An absolute path inside of a container.
    ContainerPath
);
text_value!(
    /// A path of a URL, beginning with `/`.
    UrlPath
);

impl Scalar for RepositoryPath {
    const SHAPE: ScalarShape = shape("path", "a path inside of the repository, with `/`", JsonType::AnyScalar, None);

    fn read(text: &str) -> Result<Self, Wrong> {
        let refused = |why: &str| Err(Wrong::new(format!("the path `{}` {why}", shown(text))));
        if text.is_empty() {
            return refused("is empty");
        }
        if text.starts_with('/')
            || text.starts_with('~')
            || text.get(1..3).is_some_and(|rest| rest == ":\\" || rest == ":/")
        {
            return refused("is absolute: paths are relative to the repository's root");
        }
        if text.contains('\\') {
            return refused("has a `\\`: write `/`");
        }
        if text.split('/').any(|part| part == "..") {
            return refused("leaves the repository: `..` is not allowed");
        }
        if text.chars().any(char::is_control) {
            return refused("has a control character");
        }
        let normal: Vec<&str> = text.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
        Ok(RepositoryPath(if normal.is_empty() { ".".into() } else { normal.join("/").into() }))
    }

    fn write(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.0)
    }
}

impl RepositoryPath {
    /// The repository's root.
    #[must_use]
    pub fn root() -> RepositoryPath {
        RepositoryPath(".".into())
    }

    /// The folder that it lies in; that of the root is the root.
    #[must_use]
    pub fn folder(&self) -> RepositoryPath {
        RepositoryPath(self.0.rsplit_once('/').map_or(".", |(folder, _)| folder).into())
    }

    /// This path with another below it.
    #[must_use]
    pub fn join(&self, below: &RepositoryPath) -> RepositoryPath {
        match (&*self.0, &*below.0) {
            (".", _) => below.clone(),
            (_, ".") => self.clone(),
            (base, rest) => RepositoryPath(format!("{base}/{rest}").into()),
        }
    }
}

impl Scalar for ContainerPath {
    const SHAPE: ScalarShape = shape("container path", "an absolute path", JsonType::Text, Some("^/"));

    fn read(text: &str) -> Result<Self, Wrong> {
        let wrong = |why: &str| Err(Wrong::new(format!("the path `{}` {why}", shown(text))));
        if !text.starts_with('/') {
            return wrong("is not absolute");
        }
        if text.split('/').any(|part| part == "..") || text.contains(':') || text.chars().any(char::is_control) {
            return wrong("has `..`, `:` or a control character");
        }
        Ok(ContainerPath(text.into()))
    }

    fn write(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.0)
    }
}

impl UrlPath {
    /// The path that all others lie below: `/`.
    #[must_use]
    pub fn root() -> UrlPath {
        UrlPath("/".into())
    }
}

impl Scalar for UrlPath {
    const SHAPE: ScalarShape = shape("URL path", "a path that begins with `/`", JsonType::Text, Some("^/"));

    fn read(text: &str) -> Result<Self, Wrong> {
        if !text.starts_with('/') {
            let wrong = Wrong::new(format!("the path `{}` does not begin with `/`", shown(text)));
            return Err(wrong.help(format!("write `/{}`", shown(text))));
        }
        if text.chars().any(|character| character.is_whitespace() || character.is_control()) {
            return Err(Wrong::new(format!("the path `{}` has a space or a control character", shown(text))));
        }
        Ok(UrlPath(text.into()))
    }

    fn write(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.0)
    }
}

scalar_decode!(RepositoryPath, ContainerPath, UrlPath);
