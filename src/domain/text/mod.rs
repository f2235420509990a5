//! What can be printed, parsed and compared anywhere: it knows nothing of environments, databases or commands.

pub mod calendar;
pub mod clock;
pub mod day;
pub mod duration;
pub mod environ;
pub mod json;
pub mod look_alike;
pub mod near;
pub mod needles;
pub mod pattern;
pub mod percent;
pub mod safe_text;
pub mod secret;
pub mod shell;
pub mod words;
pub mod yaml;
