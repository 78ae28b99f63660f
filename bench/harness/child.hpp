// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdio>
#include <string>
#include <vector>

namespace bench {

/// A child process and a conversation in lines.
class process {
 public:
  process(const std::string& program, const std::string& script);
  process(const process&) = delete;
  process& operator=(const process&) = delete;
  ~process();

  /// Its next line; empty when it has ended.
  std::string line();
  std::string ask(const std::string& question);

 private:
  ::pid_t child_ = -1;
  std::FILE* to_ = nullptr;
  std::FILE* from_ = nullptr;
};

/// Memory with a name under which another process finds it.
class shared_memory {
 public:
  explicit shared_memory(std::size_t size);
  shared_memory(const shared_memory&) = delete;
  shared_memory& operator=(const shared_memory&) = delete;
  ~shared_memory();
  std::string path() const;
  char* data() const { return data_; }

 private:
  int file_;
  std::size_t size_;
  char* data_ = nullptr;
};

/// The Python interpreters that may have scipy, the likeliest first.
std::vector<std::string> python_interpreters();

}  // namespace bench
