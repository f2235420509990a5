//! Finds many texts in another one at once, and hides them as it goes by. It compares bytes, and knows nothing of what
//! they mean.

use std::collections::HashMap;
use std::ops::Range;

use super::secret::Secret;

/// Texts to look for, none shorter than [`SHORTEST`]. The table of Wu and Manber ("A fast algorithm for multi-pattern
/// searching", 1994): three bytes say how far the next one can be.
#[derive(Debug)]
pub struct Needles {
    /// Sorted, none twice.
    texts: Vec<Secret>,
    /// How many bytes of each text the table knows: those of the shortest one.
    window: usize,
    longest: usize,
    shift: Vec<u8>,
    /// Where the window's last three bytes are these, which texts it may be.
    ends: HashMap<usize, Vec<usize>>,
}

/// What was found, and where.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Found {
    pub at: Range<usize>,
    /// The number of the text among [`Needles::texts`].
    pub which: usize,
}

/// In bytes.
pub const SHORTEST: usize = 4;

const BLOCK: usize = 3;
const TABLE: usize = 1 << 15;

fn slot(block: &[u8]) -> usize {
    let [a, b, c] = [block[0], block[1], block[2]].map(usize::from);
    ((a << 10) ^ (b << 5) ^ c) & (TABLE - 1)
}

impl Needles {
    /// Those of the texts that are long enough; `None` where that is none of them.
    pub fn new(texts: impl IntoIterator<Item = Secret>) -> Option<Needles> {
        let mut texts: Vec<Secret> = texts.into_iter().filter(|text| text.expose().len() >= SHORTEST).collect();
        texts.sort_by(|one, other| one.expose().cmp(other.expose()));
        texts.dedup();
        let lengths = || texts.iter().map(|text| text.expose().len());
        let (shortest, longest) = (lengths().min()?, lengths().max()?);
        let window = shortest.min(usize::from(u8::MAX));
        let mut shift = vec![(window - BLOCK + 1) as u8; TABLE];
        let mut ends: HashMap<usize, Vec<usize>> = HashMap::new();
        for (which, text) in texts.iter().enumerate() {
            for end in BLOCK..=window {
                let slot = slot(&text.expose()[end - BLOCK..end]);
                shift[slot] = shift[slot].min((window - end) as u8);
            }
            ends.entry(slot(&text.expose()[window - BLOCK..window])).or_default().push(which);
        }
        Some(Needles { texts, window, longest, shift, ends })
    }

    /// What is looked for, sorted.
    pub fn texts(&self) -> &[Secret] {
        &self.texts
    }

    /// The length of the longest text, in bytes.
    pub fn longest(&self) -> usize {
        self.longest
    }

    /// The first one that begins at `from` or later, the longest of those that begin there.
    pub fn find(&self, text: &[u8], from: usize) -> Option<Found> {
        let mut end = from + self.window;
        while end <= text.len() {
            let slot = slot(&text[end - BLOCK..end]);
            let shift = usize::from(self.shift[slot]);
            if shift > 0 {
                end += shift;
                continue;
            }
            let start = end - self.window;
            let here = |which: &&usize| text[start..].starts_with(self.texts[**which].expose());
            let all = self.ends.get(&slot).into_iter().flatten();
            if let Some(&which) = all.filter(here).max_by_key(|which| self.texts[**which].expose().len()) {
                return Some(Found { at: start..start + self.texts[which].expose().len(), which });
            }
            end += 1;
        }
        None
    }

    /// Where the end of a text begins that may be the beginning of one that is looked for; the text's length where no end is.
    fn begun(&self, text: &[u8]) -> usize {
        let begins = |tail: &[u8]| {
            let next = self.texts.partition_point(|known| known.expose() <= tail);
            self.texts.get(next).is_some_and(|known| known.expose().starts_with(tail))
        };
        let first = text.len().saturating_sub(self.longest.saturating_sub(1));
        (first..text.len()).find(|&at| begins(&text[at..])).unwrap_or(text.len())
    }
}

/// Stands for what is not shown.
pub const MASK: &str = "•••";

/// A stream in which the needles are replaced. Only an end that may be the beginning of one is held back: no line is, as
/// long as none of them goes over a line's end.
#[derive(Debug)]
pub struct Masking<'n> {
    needles: &'n Needles,
    held: Secret,
    /// How much of what is held back belongs to what was replaced already.
    covered: usize,
}

impl<'n> Masking<'n> {
    pub fn new(needles: &'n Needles) -> Self {
        Masking { needles, held: Secret::new(""), covered: 0 }
    }

    /// What can be shown once these bytes have come.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<u8> {
        let text = Secret::new([self.held.expose(), bytes].concat());
        let hold = self.needles.begun(text.expose());
        self.pass(&text, hold)
    }

    /// What is left when no more will come.
    pub fn end(&mut self) -> Vec<u8> {
        let text = std::mem::replace(&mut self.held, Secret::new(""));
        self.pass(&text, text.expose().len())
    }

    fn pass(&mut self, text: &Secret, hold: usize) -> Vec<u8> {
        let text = text.expose();
        let mut out = Vec::with_capacity(text.len());
        let (mut shown, mut from) = (self.covered, 0);
        while let Some(Found { at, .. }) = self.needles.find(text, from).filter(|found| found.at.start < hold) {
            if at.start >= shown {
                out.extend_from_slice(&text[shown..at.start]);
                out.extend_from_slice(MASK.as_bytes());
            }
            (shown, from) = (shown.max(at.end), at.start + 1);
        }
        if shown < hold {
            out.extend_from_slice(&text[shown..hold]);
        }
        self.covered = shown.saturating_sub(hold);
        self.held = Secret::new(&text[hold..]);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn needles(texts: &[&str]) -> Needles {
        Needles::new(texts.iter().map(|text| Secret::new(*text))).unwrap()
    }

    #[track_caller]
    fn check(texts: &[&str], pieces: &[&str], expected: &[&str]) {
        let needles = needles(texts);
        let mut masking = Masking::new(&needles);
        let mut shown: Vec<Vec<u8>> = pieces.iter().map(|piece| masking.feed(piece.as_bytes())).collect();
        shown.push(masking.end());
        let shown: Vec<&str> = shown.iter().map(|piece| std::str::from_utf8(piece).unwrap()).collect();
        assert_eq!(shown, expected, "{texts:?} in {pieces:?}");
    }

    #[test]
    fn replaces_what_comes_whole_and_in_pieces() {
        check(&["hunter2"], &["a hunter2 b\n"], &["a ••• b\n", ""]);
        check(&["hunter2"], &["a hun", "ter2 b\n"], &["a ", "••• b\n", ""]);
        check(&["hunter2"], &["h", "unted\n"], &["", "hunted\n", ""]);
        check(&["hunter2"], &["hunter2hunter2"], &["••••••", ""]);
        check(&["hunter2"], &["a hunt"], &["a ", "hunt"]);
        check(&["hunter2", "hunter2-prod"], &["hunter2", "-prod\n"], &["", "•••\n", ""]);
        check(&["hunter2", "hunter2-prod"], &["hunter2", "-prop\n"], &["", "•••-prop\n", ""]);
    }

    #[test]
    fn hides_the_whole_of_what_overlaps() {
        check(&["abcdef", "defghi"], &["xabcdefghix"], &["x•••x", ""]);
        check(&["abcdef", "defghi"], &["xabcdef", "ghix"], &["x•••", "x", ""]);
        check(&["abcdef", "defghi"], &["xabcdef", "gx"], &["x•••", "gx", ""]);
    }

    #[test]
    fn holds_no_line_back() {
        check(&["one two"], &["one\n", "two\n"], &["one\n", "two\n", ""]);
    }

    #[test]
    fn finds_each_with_its_number() {
        let needles = needles(&["bbbb", "aaaaaa", "bb"]);
        assert_eq!(needles.texts().len(), 2);
        assert_eq!(needles.find(b"xaaaaaabbbb", 0), Some(Found { at: 1..7, which: 0 }));
        assert_eq!(needles.find(b"xaaaaaabbbb", 2), Some(Found { at: 7..11, which: 1 }));
        assert!(Needles::new([Secret::new("abc")]).is_none());
    }

    proptest! {
        #[test]
        fn nothing_that_is_looked_for_is_shown(
            texts in prop::collection::vec("[ab]{4,7}", 1..5), pieces in prop::collection::vec("[abc]{0,9}", 0..6)
        ) {
            let needles = Needles::new(texts.iter().map(|text| Secret::new(text.as_str()))).unwrap();
            let mut masking = Masking::new(&needles);
            let mut shown: Vec<u8> = pieces.iter().flat_map(|piece| masking.feed(piece.as_bytes())).collect();
            shown.extend(masking.end());
            let (shown, whole) = (String::from_utf8(shown).unwrap(), pieces.concat());
            // What every single search finds is hidden, and what none of them finds is shown.
            let mut expected = String::new();
            let hidden = |at: usize| texts.iter().any(|text| {
                whole.match_indices(text.as_str()).count() > 0
                    && (0..whole.len()).any(|from| whole[from..].starts_with(text.as_str()) && (from..from + text.len()).contains(&at))
            });
            (0..whole.len()).filter(|&at| !hidden(at)).for_each(|at| expected.push(whole.as_bytes()[at].into()));
            prop_assert_eq!(shown.replace(MASK, ""), expected);
        }
    }
}
