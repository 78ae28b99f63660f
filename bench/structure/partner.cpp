// SPDX-License-Identifier: BSD-3-Clause
#include "structure/partner.hpp"

#include <charconv>
#include <cstring>
#include <stdexcept>

#include "harness/report.hpp"

namespace bench {

partner::partner(std::unique_ptr<process> child, std::string version)
    : child_(std::move(child)), version_(std::move(version)) {}

std::unique_ptr<partner> partner::start() {
  for (const std::string& interpreter : python_interpreters()) {
    auto child = std::make_unique<process>(interpreter, BSR_BENCH_DIR "/structure/scipy_side.py");
    if (std::string greeting = child->line(); !greeting.empty())
      return std::unique_ptr<partner>(new partner(std::move(child), std::move(greeting)));
  }
  return nullptr;
}

std::string partner::ask(const std::string& question) {
  std::string answer = child_->ask(question);
  if (answer.rfind("error: ", 0) == 0) throw std::runtime_error("scipy: " + answer.substr(7));
  return answer;
}

void partner::send(const std::string& name, const message& what) {
  const auto aligned = [](std::size_t bytes) { return (bytes + 63) / 64 * 64; };
  std::size_t size = 64;
  for (const message::part& p : what.parts) size += aligned(p.bytes);
  const shared_memory memory(size);
  std::string text = "take {\"name\": \"" + name + "\", \"kind\": \"" + what.kind + "\", \"path\": \"" +
                     memory.path() + "\", " + what.members + ", \"arrays\": {";
  std::size_t at = 0;
  for (const message::part& p : what.parts) {
    if (p.bytes != 0) std::memcpy(memory.data() + at, p.data, p.bytes);
    text += (at == 0 ? "" : ", ") + json_text(p.name) + ": [" + std::to_string(at) + ", " +
            std::to_string(p.bytes) + ", \"" + p.type + "\"]";
    at += aligned(p.bytes == 0 ? 1 : p.bytes);
  }
  ask(text + "}}");
}
void partner::forget() { ask("forget"); }
void partner::prepare(const std::string& each, const std::string& call, const std::string& result) {
  ask("prepare {\"each\": " + json_text(each) + ", \"call\": " + json_text(call) +
      ", \"result\": " + json_text(result) + "}");
}
double partner::seconds(int count) {
  const std::string answer = ask("time " + std::to_string(count));
  double seconds = 0;
  std::from_chars(answer.data(), answer.data() + answer.size(), seconds);
  return seconds;
}
std::string partner::compare(const std::string& bound) {
  const std::string answer = ask("compare " + bound);
  return answer == "right" ? "" : answer;
}

}  // namespace bench
