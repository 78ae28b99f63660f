// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Files as bytes: reading at a position, writing through a temporary file, and the sentences that name a
// file.
#include <cerrno>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bsr/base/error.hpp"
#include "bsr/base/target.hpp"
#include "bsr/storage/buffer.hpp"

namespace bsr::inline v0::inline BSR_TARGET::io {

/// The name of a file: a C string, std::string or std::filesystem::path. Not copied: it lives as long as its
/// source.
class file_path {
 public:
  file_path(const char* name) : name_(name) {}
  template <class Path>
    requires requires(const Path& p) {
      { p.c_str() } -> std::convertible_to<const char*>;
    }
  file_path(const Path& name) : name_(name.c_str()) {}
  const char* c_str() const { return name_; }

 private:
  const char* name_;
};

/// Text out of a file, for a sentence: in single quotes, anything but printable ASCII escaped, cut after 60
/// characters.
struct quoted {
  std::string_view text;
};
inline message& operator<<(message& out, const quoted& q) {
  static constexpr std::size_t longest = 60;
  static constexpr char digits[] = "0123456789abcdef";
  out << '\'';
  for (const char c : q.text.substr(0, longest)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f)
      out << c;
    else
      out << "\\x" << digits[byte >> 4] << digits[byte & 15];
  }
  return out << (q.text.size() > longest ? "...'" : "'");
}

/// What is being done to which file and which part of it: the start of every sentence about a file.
struct place {
  const char* operation;
  const char* file;
  std::string_view member{};

  /// Throws "bsr: operation: 'file', member 'member': parts". The parts are whatever bsr::fail takes, and
  /// `quoted`.
  template <class Error = format_error, class... Parts>
  [[noreturn]] BSR_COLD void refuse(const Parts&... parts) const {
    if (member.empty()) fail<Error>("bsr: ", operation, ": '", file, "': ", parts...);
    fail<Error>("bsr: ", operation, ": '", file, "', member ", quoted{member}, ": ", parts...);
  }
  /// Throws the same with what the operating system says about `number`, an errno.
  [[noreturn]] BSR_COLD void refuse_errno(const char* what, int number) const {
    char text[128] = "";
    refuse<error>(what, ": ", pick(strerror_r(number, text, sizeof text), text), ".");
  }
  place at(std::string_view part) const { return {operation, file, part}; }

 private:
  // strerror_r returns a number in POSIX and a text in GNU.
  static const char* pick(int, const char* text) { return text; }
  static const char* pick(const char* text, const char*) { return text; }
};

/// A regular file that is read. Throws bsr::error when it cannot be opened or read.
class input_file {
 public:
  explicit input_file(place where) : where_(where) {
    // O_NONBLOCK: opening a pipe must not wait for someone to write into it.
    handle_ = ::open(where.file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (handle_ < 0) where.refuse_errno("cannot open the file", errno);
    struct stat status;
    const int failed = ::fstat(handle_, &status) != 0 ? errno : 0;
    if (failed != 0 || !S_ISREG(status.st_mode)) {
      ::close(handle_);
      if (failed != 0) where.refuse_errno("cannot ask for the size of the file", failed);
      where.refuse<error>("is not a regular file.");
    }
    size_ = static_cast<std::uint64_t>(status.st_size);
  }
  input_file(const input_file&) = delete;
  input_file& operator=(const input_file&) = delete;
  ~input_file() { ::close(handle_); }

  /// Bytes in the file when it was opened.
  std::uint64_t size() const { return size_; }
  const place& where() const { return where_; }

  /// `count` bytes from `offset` on. Throws format_error when the file ends before.
  void read(std::uint64_t offset, void* to, std::size_t count) const {
    auto* bytes = static_cast<char*>(to);
    while (count > 0) {
      const std::size_t piece = count < max_piece ? count : max_piece;
      const ssize_t got = ::pread(handle_, bytes, piece, static_cast<off_t>(offset));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) where_.refuse_errno("cannot read the file", errno);
      if (got == 0) where_.refuse("the file ends at byte ", offset, ", where more was announced.");
      bytes += got;
      offset += static_cast<std::uint64_t>(got);
      count -= static_cast<std::size_t>(got);
    }
  }

 private:
  static constexpr std::size_t max_piece = std::size_t{1} << 30;
  place where_;
  int handle_;
  std::uint64_t size_ = 0;
};

/// A file that is written: into a temporary file beside it, which commit() renames. Whoever reads the file
/// sees the old contents or the new ones, and the temporary file is gone when commit() was not reached.
/// Throws bsr::error when something cannot be written, and when the name belongs to something that is no
/// regular file.
class output_file {
 public:
  explicit output_file(place where) : where_(where), pending_(buffer_size, uninitialized) {
    struct stat status;
    if (::stat(where.file, &status) == 0 && !S_ISREG(status.st_mode))
      where.refuse<error>("exists and is not a regular file.");
    const std::size_t length = std::strlen(where.file);
    temporary_ = buffer<char>(static_cast<std::int64_t>(length + suffix_size), uninitialized);
    std::memcpy(temporary_.data(), where.file, length);
    for (unsigned attempt = 0;; ++attempt) {
      std::snprintf(temporary_.data() + length, suffix_size, ".%lx.%x.tmp",
                    static_cast<unsigned long>(::getpid()), attempt);
      handle_ = ::open(temporary_.data(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
      if (handle_ >= 0) break;
      if (errno != EEXIST || attempt == max_attempts)
        where.refuse_errno("cannot create a temporary file beside it", errno);
    }
  }
  output_file(const output_file&) = delete;
  output_file& operator=(const output_file&) = delete;
  ~output_file() {
    if (handle_ < 0) return;
    ::close(handle_);
    ::unlink(temporary_.data());
  }

  const place& where() const { return where_; }
  /// Bytes written so far.
  std::uint64_t position() const { return written_ + filled_; }

  void write(const void* from, std::size_t count) {
    if (count > buffer_size - filled_) flush();
    if (count >= buffer_size) {
      put(written_, from, count);
      written_ += count;
    } else if (count > 0) {
      std::memcpy(pending_.data() + filled_, from, count);
      filled_ += count;
    }
  }
  void write(std::string_view text) { write(text.data(), text.size()); }

  /// Replaces bytes that have been written.
  void overwrite(std::uint64_t offset, const void* from, std::size_t count) {
    flush();
    put(offset, from, count);
  }

  /// The file takes its name. Nothing may be written afterwards.
  void commit() {
    flush();
    const int handle = std::exchange(handle_, -1);
    if (::close(handle) != 0 || ::rename(temporary_.data(), where_.file) != 0) {
      const int number = errno;
      ::unlink(temporary_.data());
      where_.refuse_errno("cannot finish the file", number);
    }
  }

 private:
  static constexpr std::size_t buffer_size = std::size_t{1} << 16;
  static constexpr std::size_t suffix_size = 40;
  static constexpr unsigned max_attempts = 1000;

  void flush() {
    put(written_, pending_.data(), filled_);
    written_ += filled_;
    filled_ = 0;
  }
  void put(std::uint64_t offset, const void* from, std::size_t count) {
    const auto* bytes = static_cast<const char*>(from);
    while (count > 0) {
      const ssize_t done =
          ::pwrite(handle_, bytes, count < max_piece ? count : max_piece, static_cast<off_t>(offset));
      if (done < 0 && errno == EINTR) continue;
      if (done < 0) where_.refuse_errno("cannot write the file", errno);
      bytes += done;
      offset += static_cast<std::uint64_t>(done);
      count -= static_cast<std::size_t>(done);
    }
  }

  static constexpr std::size_t max_piece = std::size_t{1} << 30;
  place where_;
  buffer<char> pending_;
  buffer<char> temporary_;
  int handle_ = -1;
  std::uint64_t written_ = 0;
  std::size_t filled_ = 0;
};

}  // namespace bsr::inline v0::inline BSR_TARGET::io
