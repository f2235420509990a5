//! The question in front of a gated command: what is shown before it, how each layer asks it, and what the answer comes to.
//! It judges nothing.

use super::{Standing, Stood};
use crate::domain::guard::report::{self, Outcome};
use crate::domain::page::audit_entry::{Event, Layer};
use crate::domain::session::ambient::Ambient;
use crate::domain::session::grant::{DEPLOY, Grant};
use crate::edge::consent::Typed;
use crate::edge::{consent, terminal};
use crate::error::{self, Result};
use crate::interruption;
use crate::steps::audit;
use crate::steps::data_script;
use crate::steps::load::Loaded;
use crate::steps::promotion::plain_deploy::{self, Ahead, Road};

/// A command that waits for a person's word, and the layer that asks for it.
pub struct Asking<'a> {
    pub ambient: &'a Ambient,
    pub standing: &'a Standing<'a>,
    pub found: &'a Outcome<'a>,
    pub layer: Layer,
}

/// What the person made of the question.
enum Answer {
    Yes,
    /// Another word, or nobody to type one.
    No,
    TakenBack,
}

impl Asking<'_> {
    pub fn recorded(&self, event: Event) {
        audit::decided(self.ambient, self.standing.root(), self.found, event, self.layer);
    }

    /// Prisma reads its engine's stderr, and a line is told of by the shell: there the caller tells.
    pub fn tell(&self, told: &str) {
        match self.layer {
            Layer::Shell | Layer::Run | Layer::Node | Layer::Agent => terminal::refuse(self.ambient, told),
            Layer::Engine | Layer::Line => {}
        }
    }

    fn blocked(&self, refusal: String, event: Event) -> Stood {
        self.tell(&refusal);
        self.recorded(event);
        Stood::Blocked(refusal)
    }

    /// Makes the checks of a deployment, shows what would be done, and asks for the word. `grant` is what a yes comes to.
    ///
    /// # Errors
    /// Where a promotion cannot be checked.
    pub fn ask(&self, grant: Grant) -> Result<Stood> {
        let deploys = grant.commands.iter().any(|command| command.name == DEPLOY);
        let loaded = if deploys { plain_deploy::configuration(self.ambient) } else { None };
        let ahead = match self.road(loaded.as_ref())? {
            Road::Open(ahead) => ahead,
            Road::Closed(refusal) => return Ok(self.blocked(refusal, Event::Blocked)),
        };
        let (page, stopped) = interruption::held(|| ahead.iter().map(Ahead::page).collect::<String>());
        if stopped.is_some() {
            self.recorded(Event::NotConfirmed);
            return Ok(Stood::TakenBack);
        }
        match self.answer(&page, &grant) {
            Answer::TakenBack => Ok(Stood::TakenBack),
            Answer::No => Ok(self.blocked("blocked: it was not confirmed".to_owned(), Event::NotConfirmed)),
            Answer::Yes => {
                if let Some(error) = ahead.iter().find_map(|one| one.unchanged().err()) {
                    return Ok(self.blocked(format!("blocked: {}", error::told(&error).0), Event::Blocked));
                }
                self.recorded(Event::Confirmed);
                let promises = ahead.iter().filter_map(|one| one.begins(self.layer)).collect();
                Ok(Stood::Confirmed(Grant { promises, ..grant }))
            }
        }
    }

    fn road<'l>(&'l self, loaded: Option<&'l Loaded>) -> Result<Road<'l>> {
        match (loaded, self.found) {
            (Some(loaded), Outcome::Judged(all, _)) => plain_deploy::look(self.ambient, loaded, all),
            (Some(_), Outcome::NotOurs | Outcome::Unusable { .. }) | (None, _) => Ok(Road::Open(Vec::new())),
        }
    }

    /// The word, and where a script is not proven a second one.
    fn answer(&self, page: &str, grant: &Grant) -> Answer {
        if self.layer != Layer::Engine && !page.is_empty() {
            terminal::narrate(self.ambient, page);
        }
        let mut told = report::told(self.found);
        let script = match self.found {
            Outcome::Judged(all, view) => data_script::asked_about(self.ambient, view.config, &grant.root, all),
            Outcome::NotOurs | Outcome::Unusable { .. } => None,
        };
        script.iter().for_each(|script| told.push_str(&format!("\n{}", script.told)));
        self.tell(&told);
        let prompt = format!("nexus-env: type {} to go on: ", grant.word);
        let first = match self.layer {
            Layer::Engine => self.typed(&format!("{page}nexus-env: {told}\n{prompt}"), &grant.word),
            Layer::Shell | Layer::Run | Layer::Node | Layer::Agent => self.typed(&prompt, &grant.word),
            Layer::Line => {
                terminal::refuse(self.ambient, &told);
                self.typed(&prompt, &grant.word)
            }
        };
        match (first, script.and_then(|script| script.unproven)) {
            (Answer::Yes, Some((why, word))) => match self.typed(&format!("nexus-env: {why}: "), &word) {
                Answer::Yes => Answer::Yes,
                Answer::No | Answer::TakenBack => Answer::No,
            },
            (first, _) => first,
        }
    }

    fn typed(&self, question: &str, word: &str) -> Answer {
        let typed = match self.layer {
            Layer::Line => consent::typed_within_a_line(question),
            Layer::Shell | Layer::Run | Layer::Node | Layer::Agent | Layer::Engine => {
                consent::typed(question).map(Typed::Answer)
            }
        };
        match typed {
            Ok(Typed::Answer(typed)) if typed == word => Answer::Yes,
            Ok(Typed::TakenBack) => Answer::TakenBack,
            Ok(Typed::Answer(_)) | Err(_) => Answer::No,
        }
    }
}
