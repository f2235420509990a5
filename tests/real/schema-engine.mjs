#!/usr/bin/env node
// Prisma's schema engine for machines that cannot download the native one.
//
// The real Prisma CLI starts a `schema-engine` and speaks JSON-RPC with it on stdin and stdout. The native engine is
// no npm package: it is fetched from a host of Prisma's own, which a test machine may not reach. Prisma publishes the
// same engine as WebAssembly on npm, so this program answers the CLI with that, over Prisma's own PostgreSQL adapter.
// The CLI, the planning, the SQL, the shadow database, `_prisma_migrations` and the lock are Prisma's; what stands in
// is the thin process around them. PostgreSQL only. Set PRISMA_SCHEMA_ENGINE_BINARY to its path.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";
import { PrismaPg } from "@prisma/adapter-pg";
import * as wasm from "@prisma/schema-engine-wasm/schema_engine_bg";
import pg from "pg";
import PgResult from "pg/lib/result.js";

const asked = readArguments(process.argv.slice(2));
if (asked.version) {
  console.log("schema-engine-cli (WebAssembly)");
} else if (asked.command) {
  process.exitCode = await checkOrCreateDatabase(asked.command, asked.url);
} else {
  await answerCalls(asked);
}
process.exit();

/** The few words of the native engine's command line that the CLI uses. */
function readArguments(words) {
  const found = { schemas: [] };
  const rest = words[Symbol.iterator]();
  for (const word of rest) {
    if (word === "--datamodels" || word === "-d") found.schemas.push(rest.next().value);
    // Prisma 7 gives an object, Prisma 6 the bare URL.
    else if (word === "--datasource") found.url = urlOfDatasource(rest.next().value);
    else if (word === "--version" || word === "-V") found.version = true;
    else if (word === "can-connect-to-database" || word === "create-database") found.command = word;
  }
  found.url ??= urlOfSchema(found.schemas.map((file) => readFileSync(file, "utf8")));
  return found;
}

function urlOfDatasource(text) {
  return text.startsWith("{") ? JSON.parse(text).url : text;
}

/** Prisma 6 leaves the URL to the schema: `url = env("NAME")` or `url = "…"`. */
function urlOfSchema(texts) {
  const block = /datasource\s+\w+\s*\{[^}]*\}/s.exec(texts.join("\n"))?.[0] ?? "";
  const [, variable, literal] = /^\s*url\s*=\s*(?:env\(\s*"([^"]+)"\s*\)|"([^"]+)")/m.exec(block) ?? [];
  return variable ? process.env[variable] : literal;
}

/** A call can bring its schema along. A call that needs no database gets one where nobody listens. */
function urlOfCall({ datasourceType, from, to } = {}) {
  for (const side of [datasourceType ?? from, to]) {
    const url = side?.url ?? urlOfSchema((side?.files ?? []).map((file) => file.content));
    if (url) return url;
  }
  return "postgresql://nobody@127.0.0.1:1/none";
}

/** Fields and not the URL: the adapter opens the shadow database as the same settings with another `database`. */
function settings(text) {
  const url = new URL(text);
  const tls = url.searchParams.get("sslmode");
  return {
    host: url.hostname || undefined,
    port: Number(url.port || 5432),
    user: decodeURIComponent(url.username) || undefined,
    password: decodeURIComponent(url.password) || undefined,
    database: decodeURIComponent(url.pathname.slice(1)),
    options: url.searchParams.get("options") ?? undefined,
    application_name: url.searchParams.get("application_name") ?? undefined,
    ssl: tls && tls !== "disable" ? { rejectUnauthorized: false } : undefined,
    connectionTimeoutMillis: 5000,
    idleTimeoutMillis: 10,
  };
}

function log(level, fields) {
  const line = { timestamp: new Date().toISOString(), level, fields, target: "schema_engine::logger" };
  process.stderr.write(`${JSON.stringify(line)}\n`);
}

async function checkOrCreateDatabase(command, url) {
  const wanted = settings(url);
  const creates = command === "create-database";
  const client = new pg.Client(creates ? { ...wanted, database: "postgres" } : wanted);
  try {
    await client.connect();
    if (creates) await client.query(`CREATE DATABASE ${client.escapeIdentifier(wanted.database)}`);
    await client.end();
    log("INFO", { message: "Connection successful" });
    return 0;
  } catch (error) {
    log("ERROR", { ...inPrismasWords(error, wanted), is_panic: false });
    return 1;
  }
}

/** The native engine's own codes and sentences: the CLI decides by them what it does next. */
function inPrismasWords(error, { host, port, user, database }) {
  const server = `\`${host}:${port}\``;
  switch (error.code) {
    case "3D000":
      return { error_code: "P1003", message: `Database \`${database}\` does not exist on the database server at ${server}.` };
    case "28P01":
    case "28000":
      return {
        error_code: "P1000",
        message: `Authentication failed against database server, the provided database credentials for \`${user}\` are not valid.`,
      };
    default:
      return { error_code: "P1001", message: `Can't reach database server at ${server}` };
  }
}

/** Answers one JSON-RPC request a line until stdin ends. */
async function answerCalls({ schemas, url }) {
  readCatalogueTypesAsText();
  const panics = loadEngine();
  let engine;
  let prints = 0;
  const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  for await (const line of createInterface({ input: process.stdin })) {
    const { id, method, params } = line.trim() ? JSON.parse(line) : {};
    if (!method) continue; // the CLI's answer to a `print`
    try {
      url ??= urlOfCall(params);
      engine ??= await startEngine(schemas, url);
      const result = await call(engine, method, params);
      if (method === "diff" && result?.stdout) {
        // The native engine prints a diff through a request of its own.
        send({ id: `print-${++prints}`, method: "print", params: { content: result.stdout } });
        result.stdout = null;
      }
      send({ id, result: result ?? {} });
    } catch (error) {
      const data = { is_panic: panics.length > 0, message: panics[0] ?? error.message, error_code: error.code ?? null, meta: null };
      send({ id, error: { code: 4466, message: "An error happened. Check the data field for details.", data } });
    }
  }
}

/** adapter-pg refuses the types `"char"` (18) and `name` (19), which the engine's own queries return: prisma/orm#27403. */
function readCatalogueTypesAsText() {
  const addFields = PgResult.prototype.addFields;
  PgResult.prototype.addFields = function (fields) {
    for (const field of fields) if (field.dataTypeID === 18 || field.dataTypeID === 19) field.dataTypeID = 25;
    return addFields.call(this, fields);
  };
}

/** Loads the module; the returned list fills with what it panics about. */
function loadEngine() {
  const panics = [];
  globalThis.PRISMA_WASM_PANIC_REGISTRY = { set_message: (message) => panics.push(message) };
  const glue = createRequire(import.meta.url).resolve("@prisma/schema-engine-wasm/schema_engine_bg");
  const module = new WebAssembly.Module(readFileSync(glue.replace(/\.js$/, ".wasm")));
  const { exports } = new WebAssembly.Instance(module, { "./schema_engine_bg.js": wasm });
  wasm.__wbg_set_wasm(exports);
  exports.__wbindgen_start();
  return panics;
}

/** The adapter cuts a script at every semicolon. This runs it as the native engine of the same version does. */
function withNativeScripts(factory) {
  for (const name of ["connect", "connectToShadowDb"]) {
    const connects = factory[name].bind(factory);
    factory[name] = async () => runsWhole(await connects());
  }
  return factory;
}

function runsWhole(adapter) {
  adapter.executeScript = async (script) => {
    for (const part of parts(script)) await adapter.client.query(part).catch((error) => adapter.onError(error));
  };
  return adapter;
}

/**
 * Until 7.3 all of it, in one implicit transaction; since then each statement alone (prisma-engines#5767), but all of it
 * where the engine's parser stumbles, as it does over `DO $$` (prisma-engines#5847).
 */
function parts(script) {
  const [major, minor] = createRequire(import.meta.url)("prisma/package.json").version.split(".").map(Number);
  if (major < 7 || (major === 7 && minor < 4) || /^\s*DO\s+\$/im.test(script)) return [script];
  const tokens = /'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\/|;|[^'"$;/-]+|[\s\S]/g;
  const found = [""];
  for (const [token] of script.matchAll(tokens)) {
    if (token === ";") found.push("");
    else found[found.length - 1] += token;
  }
  return found.filter((part) => part.replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, "").trim());
}

function startEngine(schemas, url) {
  const schema = new URL(url).searchParams.get("schema") ?? undefined;
  const adapter = bindMigrationAwareSqlAdapterFactory(withNativeScripts(new PrismaPg(settings(url), { schema })));
  const datamodels = schemas.length ? schemas.map((file) => [file, readFileSync(file, "utf8")]) : undefined;
  return wasm.SchemaEngine.new({ datamodels }, (line) => process.stderr.write(`${line}\n`), adapter);
}

async function call(engine, method, params) {
  // These two forget to hand on the adapter for the shadow database, but use the schema that devDiagnostic has cached.
  if ((method === "evaluateDataLoss" || method === "createMigration") && params.migrationsList.migrationDirectories.length) {
    await engine.devDiagnostic({ migrationsList: params.migrationsList, filters: params.filters }).catch(() => {});
  }
  return engine[method === "getDatabaseVersion" ? "version" : method](params);
}
