//! A quick reader of the YAML that inputs are written in.
//!
//! Parsing is nine tenths of what reading costs, and nine tenths of that is the general parser handing tokens around for
//! constructs that no input has. This reader takes the plain part of YAML in one pass over the bytes: block mappings and
//! lists, `[…]`, `{…}`, scalars on one line, and simple texts below `|` and `>`. It calls the same [`Builder`] with the
//! same places, so that the tree is the same by construction.
//!
//! It never judges. At the first sign of anything else (an anchor, a tag, a tab, a second document, a text over several
//! lines, an indentation that does not fit, any error) it gives up by `None`, and the library reads the whole file again:
//! what is right and what is wrong stays the library's to say. `super::agreement` proves that the two agree.

use std::borrow::Cow;

use granit_parser::ScalarStyle;

use super::build::Builder;

/// A key longer than this is left to the library, which has a limit near it.
const LONG_KEY: usize = 1000;

/// Reads a text into the builder; `None` where something in it is not plain.
pub(super) fn read<'a>(text: &'a str, builder: &mut Builder<'a>) -> Option<()> {
    // Tabs, carriage returns and control characters; what may begin a byte order mark, and the controls above ASCII.
    let unusual = |byte: u8| (byte < 0x20 && byte != b'\n') || matches!(byte, 0x7f | 0xc2 | 0xef);
    if text.bytes().fold(false, |found, byte| found | unusual(byte)) {
        return None;
    }
    let mut reader = Reader { text, bytes: text.as_bytes(), at: 0, line: 0, builder };
    match reader.next_token()? {
        Some(column) => reader.node(column, None)?,
        None => return None,
    }
    reader.next_token()?.is_none().then_some(())
}

/// A scalar that was read and not yet put into the tree, for it may turn out to be a key.
struct Scalar<'a> {
    text: Cow<'a, str>,
    style: ScalarStyle,
    start: usize,
    end: usize,
}

struct Reader<'a, 'b> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    /// Where the line of `at` begins.
    line: usize,
    builder: &'b mut Builder<'a>,
}

impl<'a> Reader<'a, '_> {
    /// The byte at a place; a line end after the last.
    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(b'\n')
    }

    fn is_space(&self, at: usize) -> bool {
        matches!(self.byte(at), b' ' | b'\n')
    }

    fn follows_space(&self) -> bool {
        self.at == 0 || self.is_space(self.at - 1)
    }

    fn column(&self) -> usize {
        self.at - self.line
    }

    /// Whether an entry of a block list begins here.
    fn at_dash(&self) -> bool {
        self.byte(self.at) == b'-' && self.is_space(self.at + 1)
    }

    fn end_line(&mut self) {
        while self.byte(self.at) != b'\n' {
            self.at += 1;
        }
    }

    /// Goes to what is next in this line, past a comment; true where nothing is.
    fn rest_is_empty(&mut self) -> Option<bool> {
        while self.bytes.get(self.at) == Some(&b' ') {
            self.at += 1;
        }
        match self.byte(self.at) {
            b'\n' => Some(true),
            b'#' if self.follows_space() => {
                self.end_line();
                Some(true)
            }
            b'#' => None,
            _ => Some(false),
        }
    }

    /// Goes to the next token past spaces, comments and lines; gives its column, or none at the end of the text.
    fn next_token(&mut self) -> Option<Option<usize>> {
        loop {
            while self.bytes.get(self.at) == Some(&b' ') {
                self.at += 1;
            }
            match self.bytes.get(self.at) {
                None => return Some(None),
                Some(b'#') if !self.follows_space() => return None,
                Some(b'#') => {
                    self.end_line();
                }
                Some(b'\n') => {
                    self.at += 1;
                    self.line = self.at;
                }
                Some(b'-' | b'.') if self.at == self.line => {
                    let rest = &self.bytes[self.at..];
                    let marks_document = rest.starts_with(b"---") || rest.starts_with(b"...");
                    return if marks_document { None } else { Some(Some(0)) };
                }
                Some(_) => return Some(Some(self.column())),
            }
        }
    }

    fn add(&mut self, scalar: &Scalar<'a>) {
        self.builder.scalar(&scalar.text, scalar.style, 0, None, scalar.start as u32, scalar.end as u32);
    }

    fn add_empty(&mut self, at: usize) {
        self.builder.scalar("", ScalarStyle::Plain, 0, None, at as u32, at as u32);
    }

    fn open(&mut self, mapping: bool, start: usize, end: usize) -> Option<()> {
        self.builder.open(mapping, start as u32, end as u32, 0).then_some(())
    }

    /// A node that begins in a line of its own, or after the dash of a list; `parent` is the column that it must exceed.
    fn node(&mut self, column: usize, parent: Option<usize>) -> Option<()> {
        if self.at_dash() {
            return self.list(column, false);
        }
        match self.byte(self.at) {
            b'[' | b'{' => self.flow(parent),
            b'|' | b'>' => self.block_text(parent),
            _ => {
                let scalar = self.scalar(false)?;
                if self.at_colon() { self.mapping(column, scalar) } else { self.end_of_leaf(&scalar) }
            }
        }
    }

    fn end_of_leaf(&mut self, scalar: &Scalar<'a>) -> Option<()> {
        self.add(scalar);
        self.rest_is_empty()?.then_some(())
    }

    fn at_colon(&self) -> bool {
        self.byte(self.at) == b':' && self.is_space(self.at + 1)
    }

    fn key(&mut self, key: &Scalar<'a>) -> Option<()> {
        let short = key.end - key.start <= LONG_KEY && self.at_colon();
        short.then(|| self.add(key))
    }

    fn mapping(&mut self, column: usize, first: Scalar<'a>) -> Option<()> {
        self.open(true, first.start, first.start)?;
        let mut key = first;
        loop {
            self.key(&key)?;
            let colon = self.at;
            self.at += 1;
            if self.rest_is_empty()? {
                match self.next_token()? {
                    Some(found) if found > column => self.node(found, Some(column))?,
                    Some(found) if found == column && self.at_dash() => self.list(column, true)?,
                    _ => self.add_empty(colon),
                }
            } else {
                self.value(Some(column))?;
            }
            match self.next_token()? {
                Some(found) if found == column => key = self.scalar(false)?,
                Some(found) if found > column => return None,
                _ => break,
            }
        }
        self.builder.close(0, 0);
        Some(())
    }

    /// A value in the line of its key.
    fn value(&mut self, parent: Option<usize>) -> Option<()> {
        match self.byte(self.at) {
            b'[' | b'{' => self.flow(parent),
            b'|' | b'>' => self.block_text(parent),
            _ => {
                let scalar = self.scalar(false)?;
                self.end_of_leaf(&scalar)
            }
        }
    }

    /// A block list; `below_key` where its dashes stand in the column of the key.
    fn list(&mut self, column: usize, below_key: bool) -> Option<()> {
        let mut first = true;
        loop {
            let dash = self.at;
            self.at += 1;
            let own_line = self.rest_is_empty()?;
            let rest = self.at;
            let found = if own_line { self.next_token()? } else { Some(self.column()) };
            let entry = found.filter(|found| *found > column);
            if first {
                // The library begins a list that is not indented at what follows its first dash, any other at the dash.
                let start = if below_key { rest } else { dash };
                self.open(false, start, start)?;
                first = false;
            }
            match entry {
                Some(found) => self.node(found, Some(column))?,
                None => self.add_empty(rest),
            }
            match self.next_token()? {
                Some(found) if found > column => return None,
                Some(found) if found == column => {
                    if !self.at_dash() {
                        if below_key {
                            break;
                        }
                        return None;
                    }
                }
                _ => break,
            }
        }
        self.builder.close(0, 0);
        Some(())
    }

    /// A `[…]` or `{…}` of a block, and that nothing follows it.
    fn flow(&mut self, parent: Option<usize>) -> Option<()> {
        self.collection(parent)?;
        self.rest_is_empty()?.then_some(())
    }

    fn collection(&mut self, parent: Option<usize>) -> Option<()> {
        let mapping = self.byte(self.at) == b'{';
        let closing = if mapping { b'}' } else { b']' };
        self.open(mapping, self.at, self.at + 1)?;
        self.at += 1;
        loop {
            self.next_in_flow(parent)?;
            if self.byte(self.at) == closing {
                break;
            }
            if mapping {
                let key = self.scalar(true)?;
                self.key(&key)?;
                let colon = self.at;
                self.at += 1;
                self.next_in_flow(parent)?;
                if matches!(self.byte(self.at), b',' | b'}') {
                    self.add_empty(colon);
                } else {
                    self.entry(parent)?;
                }
            } else {
                self.entry(parent)?;
            }
            self.next_in_flow(parent)?;
            match self.byte(self.at) {
                b',' => self.at += 1,
                found if found == closing => break,
                _ => return None,
            }
        }
        self.builder.close(self.at as u32, self.at as u32 + 1);
        self.at += 1;
        Some(())
    }

    fn entry(&mut self, parent: Option<usize>) -> Option<()> {
        if matches!(self.byte(self.at), b'[' | b'{') {
            return self.collection(parent);
        }
        let scalar = self.scalar(true)?;
        self.add(&scalar);
        Some(())
    }

    /// Goes to the next token inside of brackets. It must be indented more than what holds them; a closing bracket may
    /// stand below the key.
    fn next_in_flow(&mut self, parent: Option<usize>) -> Option<()> {
        let line = self.line;
        let column = self.next_token()??;
        let closing = usize::from(matches!(self.byte(self.at), b']' | b'}'));
        (self.line == line || parent.is_none_or(|parent| column + closing > parent)).then_some(())
    }

    fn scalar(&mut self, in_flow: bool) -> Option<Scalar<'a>> {
        match self.byte(self.at) {
            b'"' => self.double_quoted(),
            b'\'' => self.single_quoted(),
            _ => self.unquoted(in_flow),
        }
    }

    fn unquoted(&mut self, in_flow: bool) -> Option<Scalar<'a>> {
        let start = self.at;
        match self.byte(start) {
            b' ' | b'\n' | b'?' | b':' | b',' | b'[' | b']' | b'{' | b'}' => return None,
            b'#' | b'&' | b'*' | b'!' | b'|' | b'>' | b'%' | b'@' | b'`' => return None,
            b'-' if matches!(self.byte(start + 1), b' ' | b'\n' | b',' | b'[' | b']' | b'{' | b'}') => return None,
            _ => {}
        }
        let mut at = start;
        // Past the last character that is no space.
        let mut end = start;
        loop {
            match self.byte(at) {
                b'\n' => break,
                b' ' => {
                    at += 1;
                    continue;
                }
                b'#' if end < at => break,
                b':' if self.is_space(at + 1) => break,
                b':' if in_flow && matches!(self.byte(at + 1), b',' | b'[' | b']' | b'{' | b'}') => return None,
                b',' | b']' | b'}' if in_flow => break,
                b'[' | b'{' if in_flow => return None,
                _ => {}
            }
            at += 1;
            end = at;
        }
        if self.byte(at) == b':' && end < at {
            return None;
        }
        self.at = end;
        Some(Scalar { text: Cow::Borrowed(&self.text[start..end]), style: ScalarStyle::Plain, start, end })
    }

    fn single_quoted(&mut self) -> Option<Scalar<'a>> {
        let start = self.at;
        let mut at = start + 1;
        let mut doubled = false;
        loop {
            match self.byte(at) {
                b'\n' => return None,
                b'\'' if self.byte(at + 1) == b'\'' => {
                    doubled = true;
                    at += 1;
                }
                b'\'' => break,
                _ => {}
            }
            at += 1;
        }
        let written = &self.text[start + 1..at];
        let text = if doubled { Cow::Owned(written.replace("''", "'")) } else { Cow::Borrowed(written) };
        self.quoted(text, ScalarStyle::SingleQuoted, start, at + 1)
    }

    fn double_quoted(&mut self) -> Option<Scalar<'a>> {
        let start = self.at;
        let mut at = start + 1;
        let mut own = String::new();
        let mut kept = at;
        loop {
            match self.byte(at) {
                b'\n' => return None,
                b'\\' => {
                    own.push_str(&self.text[kept..at]);
                    own.push(match self.byte(at + 1) {
                        b'"' => '"',
                        b'\\' => '\\',
                        b'n' => '\n',
                        _ => return None,
                    });
                    at += 1;
                    kept = at + 1;
                }
                b'"' => break,
                _ => {}
            }
            at += 1;
        }
        let last = &self.text[kept..at];
        let text = if kept == start + 1 { Cow::Borrowed(last) } else { Cow::Owned(own + last) };
        self.quoted(text, ScalarStyle::DoubleQuoted, start, at + 1)
    }

    fn quoted(&mut self, text: Cow<'a, str>, style: ScalarStyle, start: usize, end: usize) -> Option<Scalar<'a>> {
        self.at = end;
        let ends = self.is_space(end) || matches!(self.byte(end), b',' | b']' | b'}') || self.at_colon();
        ends.then_some(Scalar { text, style, start, end })
    }

    /// The lines below a `|` or `>`: all begin with text, and are not indented further below a `>`.
    fn block_text(&mut self, parent: Option<usize>) -> Option<()> {
        let literal = self.byte(self.at) == b'|';
        let strips = self.byte(self.at + 1) == b'-';
        self.at += if strips { 2 } else { 1 };
        if !self.rest_is_empty()? || self.byte(self.at) != b'\n' || self.at == self.bytes.len() {
            return None;
        }
        let first = self.at + 1;
        let indent = self.bytes[first..].iter().take_while(|byte| **byte == b' ').count();
        if indent <= parent? || self.byte(first + indent) == b'\n' {
            return None;
        }
        let mut text = String::new();
        let (mut line, mut end, mut blank) = (first, first, 0);
        while line < self.bytes.len() {
            let length = self.bytes[line..].iter().position(|byte| *byte == b'\n')?;
            let written = &self.text[line..line + length];
            let content = written.trim_start_matches(' ');
            let spaces = length - content.len();
            if content.is_empty() && spaces <= indent {
                blank += 1;
            } else if spaces < indent {
                break;
            } else if literal {
                (0..std::mem::take(&mut blank)).for_each(|_| text.push('\n'));
                text.push_str(&written[indent..]);
                text.push('\n');
                end = line + length;
            } else if blank > 0 || spaces > indent {
                return None;
            } else {
                text.push_str(if text.is_empty() { "" } else { " " });
                text.push_str(content);
                end = line + length;
            }
            line += length + 1;
        }
        if literal && strips {
            text.pop();
        } else if !literal && !strips {
            text.push('\n');
        }
        self.at = line;
        self.line = line;
        let style = if literal { ScalarStyle::Literal } else { ScalarStyle::Folded };
        self.add(&Scalar { text: Cow::Owned(text), style, start: first + indent, end });
        Some(())
    }
}
