// Takes notices from dsrd, does what they say, and answers in the reply. README.md has the rules.
//
//     node receiver.mjs PORT SECRETS DATABASE ANSWERS RECIPIENT [RECEIPT_KEY]
//
// PORT         at 127.0.0.1, behind the proxy that has your certificate; 0 for any, which is printed
// SECRETS      file with a line for each key of the sender: whsec_... (shared) or whpk_... (public)
// DATABASE     file, your data: {"reference": [{"category": "orders", ...}, ...], ...}
// ANSWERS      file, made when missing: what was answered to which webhook-id; outlives a restart
// RECIPIENT    who you are for the sender: recipients/...
// RECEIPT_KEY  file with whsk_..., the seed of the key with which you sign what you have done
import crypto from "node:crypto";
import fs from "node:fs";
import http from "node:http";

const [port, secrets, DATABASE, ANSWERS, RECIPIENT, receiptKey] = process.argv.slice(2);
const decode = (key) => Buffer.from(key.trim().replace(/^wh(sec|pk|sk)_/, ""), "base64");
// Node takes keys of Ed25519 in DER: a fixed beginning, and the 32 bytes.
const publicKey = (bytes) => crypto.createPublicKey(
  { key: Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), bytes]), format: "der", type: "spki" });
const privateKey = (seed) => crypto.createPrivateKey(
  { key: Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]), format: "der", type: "pkcs8" });

const keys = fs.readFileSync(secrets, "utf8").split(/\s+/).filter(Boolean);  // two while the sender changes its key
const shared = keys.filter((key) => key.startsWith("whsec_")).map(decode);
const publics = keys.filter((key) => key.startsWith("whpk_")).map((key) => publicKey(decode(key)));
if (!keys.length || shared.length + publics.length < keys.length || shared.some((key) => key.length < 24)) {
  throw new Error("SECRETS has something else than keys");
}
const seal = receiptKey && privateKey(decode(fs.readFileSync(receiptKey, "utf8")));

function fits(version, signature, signed) {
  if (version === "v1a") return publics.some((key) => crypto.verify(null, signed, key, signature));
  return version === "v1" && shared.some((key) => {  // any other version is from the future
    const expected = crypto.createHmac("sha256", key).update(signed).digest();
    // Takes as long wherever the two differ.
    return signature.length === expected.length && crypto.timingSafeEqual(signature, expected);
  });
}

function isFromSender(headers, body) {  // the bytes as they came: parsed and written again they differ
  const [id, sent, items] = ["id", "timestamp", "signature"].map((name) => headers["webhook-" + name] ?? "");
  if (!id || !/^\d{1,12}$/.test(sent) || Math.abs(Date.now() / 1000 - sent) > 300) return false;  // an old one
  const signed = Buffer.concat([Buffer.from(`${id}.${sent}.`), body]);
  return items.split(" ").map((item) => item.split(","))  // one that fits is enough
    .some(([version, text]) => fits(version, Buffer.from(text ?? "", "base64"), signed));
}

const load = (path) => fs.existsSync(path) ? JSON.parse(fs.readFileSync(path, "utf8")) : {};
function save(path, value) {  // all of it or nothing, should the power fail
  const file = fs.openSync(path + ".new", "w");
  fs.writeFileSync(file, JSON.stringify(value));
  fs.fsyncSync(file);
  fs.closeSync(file);
  fs.renameSync(path + ".new", path);
}

function completed(notice, records) {
  const now = new Date().toISOString().slice(0, 19) + "Z";
  if (!seal) return { completed: { records: String(records) } };
  // These lines in this order, each with its line feed.
  const text = `dsr-receipt-v1\nnotice: ${notice}\nrecipient: ${RECIPIENT}\n` +
    `answer: completed\nrecords: ${records}\ntime: ${now}\n`;
  const bytes = crypto.createPublicKey(seal).export({ format: "der", type: "spki" }).subarray(-32);
  const receipt = { signTime: now, key: "whpk_" + bytes.toString("base64"),
    signature: crypto.sign(null, Buffer.from(text), seal).toString("base64") };
  return { completed: { records: String(records), receipt } };
}

function carryOut(id, kind, data) {  // nothing in here waits, so no other notice comes between
  const [answers, database] = [load(ANSWERS), load(DATABASE)];
  const isMeant = (record) => data.categories.includes(record.category);
  const mine = data.subject_references.filter((reference) => Object.hasOwn(database, reference));
  if (!Object.hasOwn(answers, id)) {  // it comes again when our reply was lost, and gets the same one
    // "correct" brings no values: fetch them by NoticeService.GetNotice(data.notice), which has `corrections`,
    // and report by CompleteNotice. Onward recipients are told by a person of yours.
    const can = ["delete", "stop-processing", "resume-processing"].includes(kind) && !data.onward_recipients;
    const count = kind === "delete" ? mine.flatMap((reference) => database[reference].filter(isMeant)).length : 0;
    answers[id] = { answer: can ? completed(data.notice, count) : { acknowledged: {} }, done: !can };
    save(ANSWERS, answers);  // first of all: after a crash, what is deleted could not be counted
  }
  if (!answers[id].done) {
    for (const reference of mine) {
      if (kind === "delete") database[reference] = database[reference].filter((record) => !isMeant(record));
      else for (const record of database[reference].filter(isMeant)) record.stopped = kind === "stop-processing";
    }
    save(DATABASE, database);
    answers[id].done = true;
    save(ANSWERS, answers);
  }
  return answers[id].answer;
}

const server = http.createServer(async (request, response) => {
  const reply = (status, answer) => response.writeHead(status, answer && { "content-type": "application/json" })
    .end(answer && JSON.stringify(answer));
  try {
    let body = Buffer.alloc(0);
    for await (const piece of request) {
      if ((body = Buffer.concat([body, piece])).length > 65536) return reply(413);  // notices are small
    }
    if (request.method !== "POST" || !isFromSender(request.headers, body)) return reply(401);
    const { type, data } = JSON.parse(body);
    if (type === "dsr.notice.test") return reply(204);
    reply(200, carryOut(request.headers["webhook-id"], type.replace("dsr.notice.", ""), data));
  } catch (error) {  // and no word of it in a log: what a notice says is personal data
    reply(error instanceof SyntaxError ? 400 : 500);
  }
});
server.listen(Number(port), "127.0.0.1", () => console.log(server.address().port));
