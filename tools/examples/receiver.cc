// Takes notices from dsrd, does what they say, and answers in the reply. README.md has the rules.
//
//     receiver PORT SECRETS DATABASE ANSWERS RECIPIENT [RECEIPT_KEY]
//
// PORT         at 127.0.0.1, behind the proxy that has your certificate; 0 for any, which is
// printed SECRETS      file with a line for each key of the sender: whsec_... (shared) or whpk_...
// (public) DATABASE     file, your data: {"reference": [{"category": "orders", ...}, ...], ...}
// ANSWERS      file, made when missing: what was answered to which webhook-id; outlives a restart
// RECIPIENT    who you are for the sender: recipients/...
// RECEIPT_KEY  file with whsk_..., the seed of the key with which you sign what you have done
#include <civetweb.h>
#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

using nlohmann::json;
using std::string;

struct Receiver {
  std::vector<string> keys;  // as in SECRETS: several while the sender changes its key
  string database, answers, recipient, receipt_seed;
  std::mutex mutex;  // one notice at a time
};

const unsigned char* Bytes(const string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

string Decode(string text) {  // base64, with or without its padding; empty when it is none
  text.erase(text.find_last_not_of("=") + 1);
  string bytes(text.size(), '\0');
  size_t size = 0;
  const int result = sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(),
                                       text.data(), text.size(), nullptr, &size, nullptr,
                                       sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
  return result == 0 ? bytes.substr(0, size) : "";
}

string Encode(const unsigned char* bytes, size_t size) {
  char text[128];  // what is encoded here has 64 bytes at most
  return sodium_bin2base64(text, sizeof(text), bytes, size, sodium_base64_VARIANT_ORIGINAL);
}

bool Fits(const string& key, const string& item, const string& text) {
  const string signature = Decode(item.substr(item.find(',') + 1));
  if (item.starts_with("v1,") && key.starts_with("whsec_")) {
    const string secret = Decode(key.substr(6));
    unsigned char expected[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, Bytes(secret), secret.size());
    crypto_auth_hmacsha256_update(&state, Bytes(text), text.size());
    crypto_auth_hmacsha256_final(&state, expected);
    return signature.size() == sizeof(expected) &&  // sodium_memcmp: as long wherever they differ
           sodium_memcmp(signature.data(), expected, sizeof(expected)) == 0;
  }
  return item.starts_with("v1a,") && key.starts_with("whpk_") && signature.size() == 64 &&
         crypto_sign_verify_detached(Bytes(signature), Bytes(text), text.size(),
                                     Bytes(Decode(key.substr(5)))) == 0;
}

// `body` is what came, byte for byte: parsed and written again it would differ.
bool IsFromSender(const Receiver& receiver, const string& id, const string& sent,
                  const string& signatures, const string& body) {
  const double age = static_cast<double>(std::time(nullptr)) - std::atof(sent.c_str());
  if (id.empty() || !(std::abs(age) <= 300)) return false;  // somebody kept an old one
  std::istringstream items(signatures);
  for (string item; items >> item;) {  // one that fits is enough; of other versions none does
    for (const string& key : receiver.keys) {
      if (Fits(key, item, id + "." + sent + "." + body)) return true;
    }
  }
  return false;
}

json Load(const string& path) {
  std::ifstream file(path);
  return file ? json::parse(file) : json::object();
}

void Save(const string& path, const json& value) {  // all of it or nothing, should the power fail
  FILE* file = std::fopen((path + ".new").c_str(), "w");
  if (file == nullptr || std::fputs(value.dump().c_str(), file) < 0 || std::fflush(file) != 0 ||
      fsync(fileno(file)) != 0 || std::fclose(file) != 0 ||
      std::rename((path + ".new").c_str(), path.c_str()) != 0) {
    std::abort();  // no answer is better than one that is forgotten
  }
}

json Completed(const Receiver& receiver, const string& notice, int records) {
  json answer = {{"records", std::to_string(records)}};
  if (receiver.receipt_seed.size() == crypto_sign_SEEDBYTES) {
    char now[32];
    const std::time_t seconds = std::time(nullptr);
    std::tm utc;
    std::strftime(now, sizeof(now), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&seconds, &utc));
    // These lines in this order, each with its line feed.
    const string text = "dsr-receipt-v1\nnotice: " + notice + "\nrecipient: " + receiver.recipient +
                        "\nanswer: completed\nrecords: " + std::to_string(records) +
                        "\ntime: " + now + "\n";
    unsigned char key[crypto_sign_PUBLICKEYBYTES];
    unsigned char secret[crypto_sign_SECRETKEYBYTES];
    unsigned char signature[crypto_sign_BYTES];
    crypto_sign_seed_keypair(key, secret, Bytes(receiver.receipt_seed));
    crypto_sign_detached(signature, nullptr, Bytes(text), text.size(), secret);
    answer["receipt"] = {{"signTime", now},
                         {"key", "whpk_" + Encode(key, sizeof(key))},
                         {"signature", Encode(signature, sizeof(signature))}};
  }
  return {{"completed", answer}};
}

json CarryOut(Receiver& receiver, const string& id, const string& type, const json& data) {
  const std::lock_guard lock(receiver.mutex);
  json answers = Load(receiver.answers);
  json database = Load(receiver.database);
  int records = 0;
  for (const string reference : data.at("subject_references")) {
    json kept = json::array();
    for (json record : database.value(reference, json::array())) {
      const json& categories = data.at("categories");
      const bool is_meant = std::find(categories.begin(), categories.end(),
                                      record.at("category")) != categories.end();
      if (is_meant && type == "dsr.notice.delete") {
        ++records;
        continue;
      }
      if (is_meant) record["stopped"] = type == "dsr.notice.stop-processing";
      kept.push_back(record);
    }
    if (database.contains(reference)) database[reference] = kept;
  }
  if (!answers.contains(id)) {  // it comes again when our reply was lost, and gets the same one
    // "dsr.notice.correct" brings no values: fetch them by NoticeService.GetNotice(data.notice),
    // which has `corrections`, and report by CompleteNotice. Onward recipients are told by a person
    // of yours.
    const bool can = !data.contains("onward_recipients") &&
                     (type == "dsr.notice.delete" || type == "dsr.notice.stop-processing" ||
                      type == "dsr.notice.resume-processing");
    answers[id] = {{"answer", can ? Completed(receiver, data.at("notice"), records)
                                  : json{{"acknowledged", json::object()}}},
                   {"done", !can}};
    Save(receiver.answers, answers);  // before the data: what is deleted could not be counted again
  }
  if (!answers[id]["done"]) {
    Save(receiver.database, database);
    answers[id]["done"] = true;
    Save(receiver.answers, answers);
  }
  return answers[id]["answer"];
}

int Reply(mg_connection* connection, int status, const string& body = "") {
  mg_printf(connection, "HTTP/1.1 %d %s\r\nConnection: close\r\n", status,
            mg_get_response_code_text(connection, status));
  if (!body.empty()) mg_printf(connection, "Content-Type: application/json\r\n");
  if (status != 204) mg_printf(connection, "Content-Length: %zu\r\n", body.size());
  mg_printf(connection, "\r\n");
  mg_write(connection, body.data(), body.size());
  return status;
}

int OnRequest(mg_connection* connection, void* context) {
  auto& receiver = *static_cast<Receiver*>(context);
  const auto header = [&](const char* name) {
    const char* value = mg_get_header(connection, name);
    return string(value == nullptr ? "" : value);
  };
  string body;
  char piece[4096];
  for (int got; (got = mg_read(connection, piece, sizeof(piece))) > 0;) {
    body.append(piece, static_cast<size_t>(got));
    if (body.size() > 65536) return Reply(connection, 413);  // notices are small
  }
  const string id = header("webhook-id");
  if (!IsFromSender(receiver, id, header("webhook-timestamp"), header("webhook-signature"), body)) {
    return Reply(connection, 401);
  }
  try {
    const json message = json::parse(body);
    const string type = message.at("type");
    if (type == "dsr.notice.test") return Reply(connection, 204);
    return Reply(connection, 200, CarryOut(receiver, id, type, message.at("data")).dump());
  } catch (const json::exception&) {  // and no word of it in a log: it would hold personal data
    return Reply(connection, 400);
  }
}

int main(int count, char** arguments) {
  if (count < 6 || sodium_init() < 0) return 2;
  Receiver receiver;
  std::ifstream secrets(arguments[2]);
  for (string key; secrets >> key;) receiver.keys.push_back(key);
  if (receiver.keys.empty()) return 2;
  for (const string& key : receiver.keys) {
    const size_t size = Decode(key.substr(key.find('_') + 1)).size();
    if (key.starts_with("whpk_") ? size != 32 : !key.starts_with("whsec_") || size < 24) return 2;
  }
  receiver.database = arguments[3];
  receiver.answers = arguments[4];
  receiver.recipient = arguments[5];
  if (string seed; count > 6) {
    std::ifstream(arguments[6]) >> seed;
    receiver.receipt_seed = Decode(seed.substr(seed.find('_') + 1));
    if (receiver.receipt_seed.size() != crypto_sign_SEEDBYTES) return 2;
  }
  mg_init_library(0);
  const string address = string("127.0.0.1:") + arguments[1];
  const char* options[] = {"listening_ports",    address.c_str(), "num_threads", "4",
                           "request_timeout_ms", "10000",         nullptr};
  const mg_callbacks callbacks = {};
  mg_context* server = mg_start(&callbacks, nullptr, options);
  mg_server_port port[1] = {};
  if (server == nullptr || mg_get_server_ports(server, 1, port) != 1) return 1;
  mg_set_request_handler(server, "/", &OnRequest, &receiver);
  std::printf("%d\n", port[0].port);
  std::fflush(stdout);
  while (true) pause();  // until a signal ends it
}
