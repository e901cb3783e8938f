// simdjson (on demand) on the message of AccountNotificationBenchmark: slot, subscription, lamports, owner and 768 bytes
// of account data out of base64. The base64 decoder is a plain table, because Debian's simdjson has none: its share is
// printed by itself.
#include <simdjson.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
uint8_t table[256];
volatile uint64_t kept;

size_t decode(std::string_view text, uint8_t* to) {
  uint8_t* start = to;
  const uint8_t* from = reinterpret_cast<const uint8_t*>(text.data());
  for (size_t i = 0; i + 4 <= text.size(); i += 4, to += 3) {
    uint32_t word = table[from[i]] << 18 | table[from[i + 1]] << 12 | table[from[i + 2]] << 6 | table[from[i + 3]];
    to[0] = static_cast<uint8_t>(word >> 16);
    to[1] = static_cast<uint8_t>(word >> 8);
    to[2] = static_cast<uint8_t>(word);
  }
  return static_cast<size_t>(to - start);
}

template <typename Work>
void row(const char* name, Work work) {
  std::vector<double> samples;
  for (int round = 0; round < 200; round++) {
    auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < 1000; i++) work();
    std::chrono::duration<double, std::nano> ns = std::chrono::steady_clock::now() - begin;
    samples.push_back(ns.count() / 1000);
  }
  std::sort(samples.begin(), samples.end());
  std::printf("%-50s  min %.1f med %.1f max %.1f ns\n", name, samples.front(), samples[100], samples.back());
}

}  // namespace

int main() {
  for (int i = 0; i < 64; i++) table[static_cast<uint8_t>(kAlphabet[i])] = static_cast<uint8_t>(i);
  std::string text;
  uint32_t random = 1;
  for (int i = 0; i < 1024; i++) text += kAlphabet[(random = random * 1664525 + 1013904223) >> 26];
  std::string message =
      "{\"jsonrpc\":\"2.0\",\"method\":\"accountNotification\",\"params\":{\"result\":{\"context\":{\"slot\":282617401},"
      "\"value\":{\"lamports\":2039280,\"data\":[\"" + text +
      "\",\"base64\"],\"owner\":\"CAMMCzo5YL8w4VFF8KVHrK22GGUsp5VTaW7grrKgrWqK\",\"executable\":false,"
      "\"rentEpoch\":18446744073709551615,\"space\":768}},\"subscription\":23848}}";
  simdjson::padded_string padded(message);
  simdjson::ondemand::parser parser;
  uint8_t data[800];
  row("simdjson on demand, base64 by table", [&] {
    auto document = parser.iterate(padded);
    auto params = document["params"].get_object();
    auto result = params["result"].get_object();
    uint64_t slot = result["context"]["slot"].get_uint64();
    auto value = result["value"].get_object();
    uint64_t lamports = value["lamports"].get_uint64();
    std::string_view base64 = (*value["data"].get_array().begin()).get_string();
    size_t length = decode(base64, data);
    std::string_view owner = value["owner"].get_string();
    uint64_t subscription = params["subscription"].get_uint64();
    kept = slot + lamports + length + owner.size() + subscription + data[length - 1];
  });
  row("base64 by table alone", [&] { kept = decode(text, data) + data[0]; });
  return 0;
}
