// SPDX-License-Identifier: BSD-3-Clause
#include "peers/scipy.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <cstring>
#include <stdexcept>

namespace bench {
namespace {

/// A child process and a conversation in lines.
class process {
 public:
  process(const std::string& program, const std::string& script) {
    int to[2], from[2];
    if (::pipe2(to, O_CLOEXEC) != 0) return;
    if (::pipe2(from, O_CLOEXEC) != 0) {
      ::close(to[0]);
      ::close(to[1]);
      return;
    }
    child_ = ::fork();
    if (child_ == 0) {
      ::dup2(to[0], 0);
      ::dup2(from[1], 1);
      // An interpreter without scipy is no error here: another one may have it.
      if (const int null = ::open("/dev/null", O_WRONLY | O_CLOEXEC); null >= 0) ::dup2(null, 2);
      ::execlp(program.c_str(), program.c_str(), script.c_str(), nullptr);
      ::_exit(127);
    }
    ::close(to[0]);
    ::close(from[1]);
    to_ = ::fdopen(to[1], "w");
    from_ = ::fdopen(from[0], "r");
  }
  process(const process&) = delete;
  process& operator=(const process&) = delete;
  ~process() {
    if (to_ != nullptr) std::fclose(to_);
    if (from_ != nullptr) std::fclose(from_);
    if (child_ > 0) ::waitpid(child_, nullptr, 0);
  }

  /// Its next line; empty when it has ended.
  std::string line() {
    std::string text;
    if (from_ == nullptr) return text;
    for (int c = std::fgetc(from_); c != EOF && c != '\n'; c = std::fgetc(from_))
      text += static_cast<char>(c);
    return text;
  }
  std::string ask(const std::string& question) {
    std::fprintf(to_, "%s\n", question.c_str());
    std::fflush(to_);
    std::string answer = line();
    if (answer.empty()) throw std::runtime_error("scipy's process has ended");
    return answer;
  }

 private:
  ::pid_t child_ = -1;
  std::FILE* to_ = nullptr;
  std::FILE* from_ = nullptr;
};

/// Memory with a name under which another process finds it.
class shared_memory {
 public:
  explicit shared_memory(std::size_t size) : file_(::memfd_create("bsr_bench", MFD_CLOEXEC)), size_(size) {
    if (file_ < 0 || ::ftruncate(file_, static_cast<off_t>(size)) != 0)
      throw std::runtime_error("no shared memory for scipy");
    void* const memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file_, 0);
    if (memory == MAP_FAILED) throw std::runtime_error("no shared memory for scipy");
    data_ = static_cast<char*>(memory);
  }
  shared_memory(const shared_memory&) = delete;
  shared_memory& operator=(const shared_memory&) = delete;
  ~shared_memory() {
    if (data_ != nullptr) ::munmap(data_, size_);
    if (file_ >= 0) ::close(file_);
  }
  std::string path() const { return "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(file_); }
  char* data() const { return data_; }

 private:
  int file_;
  std::size_t size_;
  char* data_ = nullptr;
};

class scipy final : public peer_of<scipy> {
 public:
  scipy(std::shared_ptr<process> child, std::string version)
      : child_(std::move(child)), version_(std::move(version)) {}
  std::string version() const override { return version_; }

  template <class T>
  std::vector<candidate> candidates(const problem<T>& p) {
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
