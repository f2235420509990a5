#!/usr/bin/env node
// The tour's stand-in for the Prisma CLI: it changes nothing, and tells whose database it would have reached.
import net from "node:net";
const [, , group = "", verb = ""] = process.argv;
if (group !== "migrate" && group !== "db") {
  console.log(`(stand-in) prisma ${group} ran`);
} else {
  const socket = net.connect(Number(new URL(process.env.DATABASE_URL).port), "127.0.0.1");
  let answer = "";
  socket.on("data", (data) => (answer += data));
  socket.on("end", () => console.log(`(stand-in) prisma ${group} ${verb} ran on ${answer}`));
  socket.on("error", () => process.exit(1));
}
