//! Text made fit for a line: nothing that a user wrote may move the cursor, reorder or end a line.

/// Whether a character could change how the text around it is shown.
fn is_hostile(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// A character as it may stand in an excerpt.
pub(super) fn visible(character: char) -> char {
    if is_hostile(character) { '\u{fffd}' } else { character }
}

/// A text on one line.
pub(super) fn one_line(text: &str) -> String {
    text.trim_end().replace("\r\n", " ").replace(['\n', '\t'], " ").chars().map(visible).collect()
}

/// A text whose lines are folded at a width; each line after the first is indented.
pub(super) fn fold(text: &str, width: usize, indent: usize) -> String {
    let mut folded = String::new();
    for (number, line) in text.trim_end().lines().enumerate() {
        if number > 0 {
            newline(&mut folded, indent);
        }
        // What indents a line of YAML in a help text is part of it.
        let body = line.trim_start_matches(' ');
        folded.push_str(&line[..line.len() - body.len()]);
        let mut column = indent + line.len() - body.len();
        for (place, word) in body.split(' ').enumerate() {
            let length = word.chars().count();
            if place > 0 {
                if column + 1 + length > width {
                    newline(&mut folded, indent);
                    column = indent;
                } else {
                    folded.push(' ');
                    column += 1;
                }
            }
            folded.extend(word.chars().map(visible));
            column += length;
        }
    }
    folded
}

fn newline(text: &mut String, indent: usize) {
    text.push('\n');
    text.extend(std::iter::repeat_n(' ', indent));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_can_not_move_the_cursor() {
        assert_eq!(one_line("a\u{1b}[2Jb\r\nc\td\u{202e}"), "a\u{fffd}[2Jb c d\u{fffd}");
    }

    #[test]
    fn words_fold_at_the_width_and_written_lines_stay() {
        assert_eq!(fold("one two three", 9, 2), "one two\n  three");
        assert_eq!(fold("add:\n  name: web", 40, 4), "add:\n      name: web");
    }
}
