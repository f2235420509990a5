//! One message to or from a plugin: a line of words behind an arrow, and lines of base64 of which the last is shorter than the
//! others, as a stanza of an age file has them (<https://c2sp.org/age>).

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use zeroize::Zeroizing;

/// A full line of a body, in characters.
const WIDTH: usize = 64;

/// The words and the body of a message. A body may be a key.
pub struct Frame {
    pub words: Vec<String>,
    pub body: Zeroizing<Vec<u8>>,
}

impl Frame {
    pub fn new(words: &[&str], body: &[u8]) -> Frame {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        Frame { words, body: Zeroizing::new(body.to_vec()) }
    }

    /// The first word, and those after it.
    pub fn split(&self) -> (&str, &[String]) {
        match self.words.split_first() {
            Some((first, rest)) => (first, rest),
            None => ("", &[]),
        }
    }

    /// The body as a person may be shown it, by whoever takes out what a terminal would obey.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The text of the message.
    pub fn render(&self) -> Zeroizing<String> {
        let body = Zeroizing::new(STANDARD_NO_PAD.encode(&*self.body));
        let length: usize = self.words.iter().map(|word| word.len() + 1).sum();
        // Room for all of it at once: growing would leave copies behind.
        let mut text = Zeroizing::new(String::with_capacity(length + body.len() + body.len() / WIDTH + 8));
        text.push_str("->");
        for word in &self.words {
            text.push(' ');
            text.push_str(word);
        }
        text.push('\n');
        for (at, character) in body.chars().enumerate() {
            if at > 0 && at % WIDTH == 0 {
                text.push('\n');
            }
            text.push(character);
        }
        // A last line that is full is followed by an empty one.
        text.push_str(if !body.is_empty() && body.len().is_multiple_of(WIDTH) { "\n\n" } else { "\n" });
        text
    }
}

/// What can be no part of a message. It says nothing of what came.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Nonsense;

/// A message that comes in line by line.
#[derive(Default)]
pub struct Reading {
    words: Option<Vec<String>>,
    body: Zeroizing<String>,
}

impl Reading {
    /// One more line, without the newline at its end; the message, once that was its last one.
    ///
    /// # Errors
    /// What can be no part of one.
    pub fn line(&mut self, line: &str) -> Result<Option<Frame>, Nonsense> {
        let Some(words) = &self.words else {
            let words: Vec<String> = line.strip_prefix("-> ").ok_or(Nonsense)?.split(' ').map(str::to_owned).collect();
            let printable = |word: &String| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_graphic());
            self.words = words.iter().all(printable).then_some(words);
            return if self.words.is_some() { Ok(None) } else { Err(Nonsense) };
        };
        if line.len() > WIDTH {
            return Err(Nonsense);
        }
        self.body.push_str(line);
        if line.len() == WIDTH {
            return Ok(None);
        }
        let body = Zeroizing::new(STANDARD_NO_PAD.decode(self.body.as_bytes()).map_err(|_| Nonsense)?);
        Ok(Some(Frame { words: words.clone(), body }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(Vec<String>, Vec<u8>)> {
        let mut reading = Reading::default();
        let mut lines = text.lines();
        let frame = lines.by_ref().find_map(|line| reading.line(line).transpose())?.ok()?;
        lines.next().is_none().then(|| (frame.words.clone(), frame.body.to_vec()))
    }

    #[test]
    fn what_is_rendered_is_read_back() {
        for length in [0, 1, 47, 48, 49, 96, 97] {
            let body = vec![7; length];
            let text = Frame::new(&["recipient-stanza", "0"], &body).render();
            assert_eq!(read(&text), Some((vec!["recipient-stanza".to_owned(), "0".to_owned()], body)), "{length}");
        }
        assert_eq!(*Frame::new(&["done"], &[]).render(), "-> done\n\n");
        assert_eq!(Frame::new(&["a", "b", "c"], &[]).split(), ("a", &["b".to_owned(), "c".to_owned()][..]));
        assert_eq!(Frame::new(&["a"], b"x\xff").text(), "x\u{fffd}");
        assert_eq!(Frame::new(&["msg"], &[0; 48]).render().lines().map(str::len).collect::<Vec<_>>(), [6, 64, 0]);
    }

    #[test]
    fn what_is_none_is_refused() {
        for bad in ["done\n\n", "->\n\n", "-> \n\n", "-> a  b\n\n", "-> a\n!\n", "-> a\nQQ==\n", "-> é\n\n"] {
            assert_eq!(read(bad), None, "{bad}");
        }
        assert_eq!(read(&format!("-> a\n{}\n", "A".repeat(65))), None);
    }

    proptest::proptest! {
        #[test]
        fn any_lines_are_read_without_harm(lines in proptest::collection::vec("(-> |[ -~]|é|A{60,70}|=){0,5}", 0..6)) {
            let mut reading = Reading::default();
            let _ = lines.iter().find_map(|line| reading.line(line).transpose());
        }
    }
}
