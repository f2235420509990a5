//! The words of who reads an environment, with which key, and of what git does with its stores.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Args, Debug)]
pub struct EnvironmentsArgs {
    /// An environment, as often as there are several: all are changed, or none; the selected one when left out
    #[arg(short, long = "env", value_name = "ENV")]
    pub environments: Vec<String>,
}

#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub struct RecipientsArgs {
    #[command(subcommand)]
    pub verb: Option<RecipientsVerb>,
    #[command(flatten)]
    pub environments: EnvironmentsArgs,
    /// What two people compare aloud: the fingerprint of the environment's key and of each reader's, under the seal
    #[arg(long)]
    pub fingerprint: bool,
}

#[derive(Debug, Subcommand)]
pub enum RecipientsVerb {
    /// Every reader with their key and since when they can read, a line each
    List(EnvironmentsArgs),
    /// Let somebody in to all that is stored
    Add(ReaderAddArgs),
    /// Let somebody in who asked by join --request, after comparing the fingerprint with them
    Approve(ReaderApproveArgs),
    /// Take somebody out: a new key, every value anew, and the list of what they could read, stale until each is changed
    Remove(ReaderRemoveArgs),
}

#[derive(Args, Debug)]
pub struct ReaderAddArgs {
    /// What they are called: letters, digits, - and _
    pub name: String,
    /// Their public key, age1… or ssh-ed25519 …, as nexus-env join prints it
    #[arg(required = true, num_args = 1..)]
    pub key: Vec<String>,
    #[command(flatten)]
    pub environments: EnvironmentsArgs,
}

#[derive(Args, Debug)]
pub struct ReaderApproveArgs {
    /// Whose request: .nexusenv.d/requests/NAME.toml
    pub name: String,
    /// An environment, as often as there are several; those that are asked for when left out
    #[arg(short, long = "env", value_name = "ENV")]
    pub environments: Vec<String>,
    /// The fingerprint was compared
    #[arg(long)]
    pub yes: bool,
}

#[derive(Args, Debug)]
pub struct ReaderRemoveArgs {
    /// What they are called, as recipients list shows it
    pub name: String,
    #[command(flatten)]
    pub environments: EnvironmentsArgs,
    /// Also where that is yourself
    #[arg(long)]
    pub yes: bool,
}

#[derive(Args, Debug)]
pub struct JoinArgs {
    /// What you are called among the readers; your login name when left out
    pub name: Option<String>,
    /// Write it as .nexusenv.d/requests/NAME.toml instead, for a pull request
    #[arg(long)]
    pub request: bool,
    /// Let git merge secrets by name, without a question: a line in .gitattributes, and settings of this clone
    #[arg(long)]
    pub git: bool,
}

#[derive(Args, Debug)]
pub struct VerifyArgs {
    /// Only what needs no identity: the text of each store, whose it is, and that its key is wrapped for the readers it names
    #[arg(long)]
    pub no_key: bool,
}

#[derive(Args, Debug)]
pub struct KeygenArgs {
    /// The file to make; ~/.config/nexus-env/identity.txt when left out. Nothing is replaced
    #[arg(short, long = "output", value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Behind a passphrase, yours or one that is made for you; an identity that is there is put behind it
    #[arg(long)]
    pub passphrase: bool,
}

#[derive(Args, Debug)]
pub struct UnlockArgs {
    /// The environment; the selected one when left out
    #[arg(value_name = "ENV")]
    pub environment: Option<String>,
    /// For how long: 30s, 15m, 2h (15m for a protected environment, else 8h, when left out)
    #[arg(long = "for", value_name = "DURATION")]
    pub duration: Option<String>,
}

#[derive(Args, Debug)]
pub struct LockArgs {
    /// The environment; all of them, in every repository, when left out
    #[arg(value_name = "ENV")]
    pub environment: Option<String>,
}

#[derive(Args, Debug)]
pub struct ResolveArgs {
    #[arg(short, long = "env", value_name = "ENV")]
    pub environment: Option<String>,
    /// Of what both sides changed, keep this side's
    #[arg(long, conflicts_with = "theirs")]
    pub ours: bool,
    /// Of what both sides changed, keep the other side's
    #[arg(long)]
    pub theirs: bool,
}

#[derive(Args, Debug)]
pub struct RekeyArgs {
    #[command(flatten)]
    pub environments: EnvironmentsArgs,
    /// From here on as secrets of an unprotected environment, after you typed its name
    #[arg(long)]
    pub unprotected: bool,
}
