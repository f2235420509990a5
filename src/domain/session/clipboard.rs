//! How a text gets to the clipboard from here: by which program, or by the terminal itself.

use super::ambient::{Environ, Terminal};

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Way {
    /// A program that reads it from stdin.
    Program(&'static [&'static str]),
    /// The terminal's own control sequence, which works over ssh as well (xterm, "Operating System Commands", 52).
    Terminal,
}

impl Way {
    /// After "by".
    pub fn name(self) -> &'static str {
        match self {
            Way::Program(words) => words[0],
            Way::Terminal => "the terminal (OSC 52), if it allows that",
        }
    }
}

/// The variable that says that such a display is there, and the program for it.
const PROGRAMS: &[(Option<&str>, &[&str])] = &[
    (Some("WAYLAND_DISPLAY"), &["wl-copy"]),
    (Some("DISPLAY"), &["xclip", "-selection", "clipboard"]),
    (Some("DISPLAY"), &["xsel", "--clipboard", "--input"]),
    (Some("WSL_DISTRO_NAME"), &["clip.exe"]),
    (None, &["pbcopy"]),
];

/// The way that there is; `None` where there is no display and no terminal.
pub fn way(variables: &Environ, terminal: Terminal, finds: &dyn Fn(&str) -> bool) -> Option<Way> {
    let displayed =
        |name: &Option<&str>| name.is_none_or(|name| variables.text(name).is_some_and(|text| !text.is_empty()));
    let program = PROGRAMS.iter().find(|(display, words)| displayed(display) && finds(words[0]));
    match (program, terminal) {
        (Some((_, words)), _) => Some(Way::Program(words)),
        (None, Terminal::Present) => Some(Way::Terminal),
        (None, Terminal::Absent) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(variables: &[&str], programs: &[&str], terminal: Terminal, expected: Option<&str>) {
        let variables = Environ::new(variables.iter().map(|name| ((*name).into(), ":0".into())).collect());
        let way = way(&variables, terminal, &|name| programs.contains(&name));
        assert_eq!(way.map(Way::name), expected);
    }

    #[test]
    fn the_display_that_is_there_says_which_program() {
        let all = ["wl-copy", "xclip", "xsel"];
        check(&["WAYLAND_DISPLAY", "DISPLAY"], &all, Terminal::Present, Some("wl-copy"));
        check(&["DISPLAY"], &all, Terminal::Present, Some("xclip"));
        check(&["DISPLAY"], &["xsel"], Terminal::Absent, Some("xsel"));
        check(&[], &["pbcopy"], Terminal::Absent, Some("pbcopy"));
        check(&[], &all, Terminal::Present, Some(Way::Terminal.name()));
        check(&["DISPLAY"], &[], Terminal::Absent, None);
    }
}
