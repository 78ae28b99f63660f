// SPDX-License-Identifier: BSD-3-Clause
#include "harness/child.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace bench {

process::process(const std::string& program, const std::string& script) {
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
process::~process() {
  if (to_ != nullptr) std::fclose(to_);
  if (from_ != nullptr) std::fclose(from_);
  if (child_ > 0) ::waitpid(child_, nullptr, 0);
}
std::string process::line() {
  std::string text;
  if (from_ == nullptr) return text;
  for (int c = std::fgetc(from_); c != EOF && c != '\n'; c = std::fgetc(from_)) text += static_cast<char>(c);
  return text;
}
std::string process::ask(const std::string& question) {
  std::fprintf(to_, "%s\n", question.c_str());
  std::fflush(to_);
  std::string answer = line();
  if (answer.empty()) throw std::runtime_error("scipy's process has ended");
  return answer;
}

shared_memory::shared_memory(std::size_t size)
    : file_(::memfd_create("bsr_bench", MFD_CLOEXEC)), size_(size) {
  if (file_ < 0 || ::ftruncate(file_, static_cast<off_t>(size)) != 0)
    throw std::runtime_error("no shared memory for scipy");
  void* const memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file_, 0);
  if (memory == MAP_FAILED) throw std::runtime_error("no shared memory for scipy");
  data_ = static_cast<char*>(memory);
}
shared_memory::~shared_memory() {
  if (data_ != nullptr) ::munmap(data_, size_);
  if (file_ >= 0) ::close(file_);
}
std::string shared_memory::path() const {
  return "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(file_);
}

std::vector<std::string> python_interpreters() {
  std::vector<std::string> all;
  if (const char* python = std::getenv("BSR_BENCH_PYTHON")) all.push_back(python);
  for (const char* venv : {"/build/venv-bench/bin/python3", "/build/venv/bin/python3"})
    if (const std::string python = BSR_BENCH_DIR "/.." + std::string(venv); std::filesystem::exists(python))
      all.push_back(python);
  all.push_back("python3");
  return all;
}

}  // namespace bench
