//! `set --plain`: a variable that stands in `.nexusenv`, for everybody to read.

use crate::domain::config::name::VariableName;
use crate::domain::session::ambient::Ambient;
use crate::domain::target::acceptance::{Emptiness, Keeping, Offer, Role};
use crate::edge::entry;
use crate::error::{Failure, Result};
use crate::steps::{load, plain};

/// `set --plain NAME` as it is typed: the value comes from the terminal, where it may be seen, or from stdin.
///
/// # Errors
/// No usable configuration, an unknown environment, a coding agent at a protected one, a name or value that is refused,
/// and a `.nexusenv` that cannot be edited.
pub fn set_typed(ambient: &Ambient, name: &str, environment: Option<&str>, emptiness: Emptiness) -> Result<()> {
    let loaded = load::configuration(ambient)?;
    let active = load::chosen(ambient, &loaded, environment)?;
    let of_it = load::environment(&loaded, active.environment.as_str())?;
    load::refuse_agent(ambient, of_it, &format!("`set` in {}", of_it.name))?;
    let name = VariableName::new(name).ok_or_else(|| {
        Failure::new("this is no name of a variable")
            .hint("a name has letters, digits and _, and does not begin with a digit")
    })?;
    let environment = &active.environment;
    let value = entry::value(&format!("value of {name} for {environment} (not shown): "), emptiness)?;
    let role = Role::of(&name, &loaded.config.database_variables);
    let offer = Offer { name: &name, environment, role, keeping: Keeping::Clear };
    offer.accept(value.expose(), emptiness)?;
    plain::set(plain::place(ambient, &loaded, &active), &name, value.expose()).map(|_| ())
}
