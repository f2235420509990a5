//! How a refusal is told to Prisma, in the two ways in which it reads its engine. Pure.

use serde_json::{Value, json};

/// The answer to one request, a line. Prisma prints the message whole; an end of the process instead would make
/// `db execute` of Prisma 7 report success. The number is what the engine gives every error of its own.
pub fn answer(id: &Value, message: &str) -> String {
    let data = json!({ "is_panic": false, "message": message, "meta": null, "error_code": null });
    let error =
        json!({ "code": 4466, "message": "An error happened. Check the data field for details.", "data": data });
    format!("{}\n", json!({ "jsonrpc": "2.0", "error": error, "id": id }))
}

/// The log that the engine leaves on stderr when `cli …` fails. Prisma skips the first line, reads the others as JSON, and
/// tells the one at level ERROR.
pub fn logged(message: &str) -> String {
    let line = |level: &str, fields: Value| json!({ "timestamp": "1970-01-01T00:00:00Z", "level": level, "fields": fields, "target": "schema_engine::logger" });
    let first = line("INFO", json!({ "message": "nexus-env in place of the schema engine" }));
    let fields = json!({ "message": message, "is_panic": false, "error_code": "nexus-env" });
    format!("{first}\n{}\n", line("ERROR", fields))
}
