//! Which variables a recipe hands on to what it starts.

use super::super::tests::{DEV, PROD, check_with};

#[test]
fn recipes_bring_their_variables() {
    let files = [
        (
            "Makefile",
            "include .env.prod\nexport\nDB ?= x\nreset:\n\tnpx prisma migrate reset\nother:\n\tDATABASE_URL=$(DB) npx prisma db push\n",
        ),
        (".env.prod", "DATABASE_URL=postgres://h/prod"),
        ("s.sh", "#!/bin/sh\nexport DATABASE_URL=$1\nnpx prisma db push\n"),
    ];
    let shell = [("DATABASE_URL", DEV)];
    check_with(
        &files,
        &shell,
        "make reset",
        &["prisma migrate reset: DATABASE_URL postgres://h/prod (from .env.prod)"],
    );
    check_with(
        &files,
        &shell,
        "make other DB=postgres://h/o",
        &["prisma db push: DATABASE_URL postgres://h/o (on the line)"],
    );
    check_with(&files, &shell, "./s.sh postgres://h/s", &["prisma db push: DATABASE_URL postgres://h/s (on the line)"]);
}

#[test]
fn a_makefile_hands_on_what_make_would() {
    let shell = [("DATABASE_URL", DEV), ("PROD_URL", PROD)];
    let (made, prod) = ("postgres://h/made (from Makefile)", "postgres://u:prod@prod/x (from Makefile)");
    let (shells, computed) =
        ("postgres://u:dev@dev/x (set in this shell)", "unknown: make computes it (from Makefile)");
    for (text, line, url) in [
        ("export DATABASE_URL = postgres://h/made", "make", made),
        ("DATABASE_URL := postgres://h/made\nexport DATABASE_URL", "make", made),
        ("DATABASE_URL = postgres://h/made\nexport", "make", made),
        // What was in the environment goes on to the recipes without a word.
        ("DATABASE_URL = postgres://h/made", "make", made),
        ("H = h\nN := made\nexport DATABASE_URL = postgres://$(H)/${N}", "make", made),
        ("H = h\nexport DATABASE_URL = postgres://$(H)/made", "make H=prod", "postgres://prod/made (from Makefile)"),
        ("export DATABASE_URL = $(PROD_URL)", "make", prod),
        ("export DATABASE_URL = ${PROD_URL}", "make", prod),
        ("export DATABASE_URL := $(DATABASE_URL)?a=b", "make", "postgres://u:dev@dev/x?a=b (from Makefile)"),
        ("export DATABASE_URL ?= postgres://h/made", "make", shells),
        ("DATABASE_URL ?= postgres://h/made\nDATABASE_URL = postgres://h/made", "make", made),
        ("export DATABASE_URL = postgres://h/made", "make -e", shells),
        ("export DATABASE_URL = postgres://h/made", "make DATABASE_URL=postgres://a/b", "postgres://a/b (on the line)"),
        ("export DATABASE_URL := $(shell cat url)", "make", computed),
        ("export DATABASE_URL = $(subst dev,prod,$(PROD_URL))", "make", computed),
        ("export DATABASE_URL = $(X)\nX = $(DATABASE_URL)", "make", computed),
        ("include .env", "make", "postgres://h/env (from .env)"),
    ] {
        let files =
            [("Makefile", &*format!("{text}\na:\n\tnpx prisma db push\n")), (".env", "DATABASE_URL=postgres://h/env")];
        check_with(&files, &shell, line, &[&format!("prisma db push: DATABASE_URL {url}")]);
    }
    let default = [("Makefile", "export DATABASE_URL ?= postgres://h/made\na:\n\tnpx prisma db push\n")];
    check_with(&default, &[], "make", &[&format!("prisma db push: DATABASE_URL {made}")]);
}

#[test]
fn a_service_that_reaches_a_database_of_its_own_compose_file_reaches_nothing_else() {
    let reached = |written: &str, expected: &[&str]| {
        let service = "services:\n  push:\n    command: npx prisma db push\n";
        let given = format!("    environment:\n      DATABASE_URL: \"{written}\"\n");
        let ways = "  tunnel:\n    image: x\n  way:\n    image: acme/pgbouncer\n  cache:\n";
        let compose = format!("{service}{given}  db:\n    image: postgres:17\n{ways}");
        let shell = [("MINE", "db"), ("PROD", "10.7.0.5"), ("NAME", "x"), ("DATABASE_URL", PROD)];
        check_with(&[("compose.yaml", &compose)], &shell, "docker compose run push", expected);
    };
    for written in
        ["postgres://db/x", "postgres://$MINE:5432/$NAME", "postgres://${MINE}/x", "postgres://${NONE:-db}/x"]
    {
        reached(written, &[]);
    }
    for written in ["postgres://$PROD/x", "postgres://${PROD:-db}/$NAME", "postgres://10.7.0.5/${NONE-x}"] {
        reached(written, &["prisma db push: DATABASE_URL postgres://10.7.0.5/x (from the compose file)"]);
    }
    let elsewhere = "prisma db push: DATABASE_URL unknown: compose reaches its own network (from the compose file)";
    for written in ["postgres://tunnel/x", "postgres://way/x", "postgres://db,tunnel/x"] {
        reached(written, &[elsewhere]);
    }
    reached("postgres://cache/x", &[]);
    for written in ["postgres://other/x", "postgres://localhost/x", "postgres://127.0.0.1:5433/x"] {
        reached(written, &[elsewhere]);
    }
}
