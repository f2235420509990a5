//! Stories: what a person sees, in real interactive bash, zsh and fish, with real servers and the real Prisma behind.
//! One test binary, so that the world they are told in is built once.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on panics")]

#[path = "../corpus/mod.rs"]
mod corpus;
#[path = "../real/mod.rs"]
mod real;
#[path = "../world/mod.rs"]
mod world;

mod agents;
mod allowing;
mod asking;
mod astray;
mod at_once;
mod clients;
mod commands;
mod connection;
mod cost;
mod data_scripts;
mod database;
mod doctor;
mod editing;
mod everywhere;
mod exporting;
mod failing;
mod granting;
mod harness;
mod hook_bytes;
mod hook_changes;
mod hook_counts;
mod hook_guard;
mod hook_loading;
mod hook_lost;
mod hook_manners;
mod hook_variables;
mod hook_words;
mod keys;
#[cfg(target_os = "linux")]
mod killed;
mod layers;
mod listener;
mod listener_containers;
mod loading;
mod marks;
mod masking;
mod merging;
mod migrate_check;
mod migrate_deploy;
mod migrate_halfway;
mod migrate_looks;
mod migrate_plain;
mod migrate_status;
mod migrate_stopped;
mod migrate_team;
mod migrate_walk;
mod names;
mod noticing;
mod parts;
mod pausing;
mod people;
mod plugins;
mod pooling;
mod processes;
mod protecting;
mod proxy;
mod proxy_failing;
mod refusals;
mod remembering;
mod ruling;
mod safe_text;
mod scanning;
mod scripts;
mod second_person;
mod seed;
mod selection;
mod status;
mod storing;
mod surroundings;
mod tour;
mod trust;
mod typing;
mod typing_corpora;
mod typing_keys;
mod ways_in;

/// The team's configuration in most stories: dev by default, prod protected by its name.
const DEV_AND_PROD: &str = r#"
id = "9f3k2v7m4q8x1c5b"
default = "dev"

[env.dev.vars]
NODE_ENV = "development"

[env.prod.vars]
NODE_ENV = "production"
"#;

/// Both reach the same host, port and database by name; only the password tells them apart.
const DEV_URL: &str = "postgresql://postgres:hunter2-dev@127.0.0.1:5433/nexus_db";
const PROD_URL: &str = "postgresql://postgres:hunter2-prod@127.0.0.1:5433/nexus_db";

const DEV_INSTANCE: &str = "nexus-enterprise-480610:us-central1:nexusdev-v2";
const PROD_INSTANCE: &str = "nexus-enterprise-480610:us-central1:nexusprod-v2";
