// SPDX-License-Identifier: BSD-3-Clause
#include "peers/scipy.hpp"

#include <charconv>
#include <cstring>

#include "harness/child.hpp"

namespace bench {
namespace {

class scipy final : public peer_of<scipy> {
 public:
  scipy(std::shared_ptr<process> child, std::string version)
      : child_(std::move(child)), version_(std::move(version)) {}
  std::string version() const override { return version_; }

  template <class T>
  std::vector<candidate> candidates(const problem<T>& p) {
    if (p.what == operation::sddmm) return {};
    const auto aligned = [](std::size_t bytes) { return (bytes + 63) / 64 * 64; };
    const std::size_t rows = static_cast<std::size_t>(p.block_rows()) + 1,
                      blocks = static_cast<std::size_t>(p.num_blocks);
    const std::size_t indptr = 0, indices = aligned(4 * rows), data = indices + aligned(4 * blocks),
                      b = data + aligned(p.nnz() * sizeof(T)), out = b + aligned(p.b_size() * sizeof(T)),
                      end = out + aligned(p.out_size() * sizeof(T));
    auto memory = std::make_shared<shared_memory>(end);
    std::memcpy(memory->data() + indptr, p.indptr, 4 * rows);
    std::memcpy(memory->data() + indices, p.indices, 4 * blocks);
    std::memcpy(memory->data() + data, p.data, p.nnz() * sizeof(T));
    std::memcpy(memory->data() + b, p.b, p.b_size() * sizeof(T));

    const char* const what = p.what == operation::spmm     ? "spmm"
                             : p.what == operation::linear ? "linear"
                                                           : "spmv";
    std::string text = "load {\"path\": \"" + memory->path() + "\", \"operation\": \"" + what +
                       "\", \"type\": \"" + (sizeof(T) == 4 ? "f4" : "f8") + "\"";
    const auto add = [&](const char* name, std::size_t value) {
      text.append(", \"").append(name).append("\": ").append(std::to_string(value));
    };
    add("m", static_cast<std::size_t>(p.m));
    add("k", static_cast<std::size_t>(p.k));
    add("n", static_cast<std::size_t>(p.n));
    add("r", static_cast<std::size_t>(p.r));
    add("c", static_cast<std::size_t>(p.c));
    add("blocks", blocks);
    add("indptr", indptr);
    add("indices", indices);
    add("data", data);
    add("b", b);
    add("out", out);
    child_->ask(text + "}");

    candidate one{"scipy", "", false, {}};
    one.run = [=, child = child_] {
      child->ask("check");
      std::memcpy(p.out, memory->data() + out, p.out_size() * sizeof(T));
    };
    one.seconds = [child = child_](int count) {
      const std::string answer = child->ask("time " + std::to_string(count));
      double seconds = 0;
      std::from_chars(answer.data(), answer.data() + answer.size(), seconds);
      return seconds;
    };
    return {std::move(one)};
  }

 private:
  std::shared_ptr<process> child_;
  std::string version_;
};

}  // namespace

std::unique_ptr<peer> start_scipy(const std::vector<std::string>& interpreters, const std::string& script) {
  for (const std::string& interpreter : interpreters) {
    auto child = std::make_shared<process>(interpreter, script);
    if (std::string greeting = child->line(); !greeting.empty())
      return std::make_unique<scipy>(std::move(child), std::move(greeting));
  }
  return nullptr;
}

}  // namespace bench
