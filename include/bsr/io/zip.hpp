// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The part of the zip format that NumPy writes: stored and deflated members, zip64; nothing encrypted,
// nothing split. Sizes are believed when the bytes are there: checked against the file, and against what
// deflate can do, before use.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include <zlib.h>

#include "bsr/base/error.hpp"
#include "bsr/base/target.hpp"
#include "bsr/io/file.hpp"
#include "bsr/storage/buffer.hpp"

namespace bsr::inline v0::inline BSR_TARGET::io {

namespace detail {

inline constexpr std::uint32_t zip_local = 0x04034b50, zip_central = 0x02014b50, zip_end = 0x06054b50,
                               zip64_end = 0x06064b50, zip64_locator = 0x07064b50;
inline constexpr std::uint32_t in_zip64 = 0xffffffff;
inline constexpr std::uint16_t utf8_flag = 1 << 11, descriptor_flag = 1 << 3, encrypted_flag = 1;
inline constexpr std::uint16_t known_flags = utf8_flag | descriptor_flag | 6;  // 6: how hard deflate tried
inline constexpr std::size_t zlib_piece = std::size_t{1} << 30;

/// An unsigned little-endian number at any address.
template <class Unsigned>
Unsigned get(const char* at) {
  Unsigned value;
  std::memcpy(&value, at, sizeof value);
  return value;
}
template <class Unsigned>
void put(char*& at, std::uint64_t value) {
  const auto narrow = static_cast<Unsigned>(value);
  std::memcpy(at, &narrow, sizeof narrow);
  at += sizeof narrow;
}

inline std::uint32_t crc(std::uint32_t sum, const void* data, std::size_t count) {
  if (count == 0) return sum;  // zlib takes a null pointer for the question where to start
  return static_cast<std::uint32_t>(crc32_z(sum, static_cast<const Bytef*>(data), count));
}

}  // namespace detail

/// One member of a zip file, as its directory describes it.
struct zip_entry {
  std::string_view name;
  std::uint64_t offset = 0;      // of the local header
  std::uint64_t end = 0;         // where the next member or the directory starts
  std::uint64_t compressed = 0;  // bytes in the file
  std::uint64_t size = 0;        // bytes of the contents
  std::uint32_t crc = 0;
  std::uint16_t flags = 0;
  std::uint16_t method = 0;  // 0 stored, 8 deflated
};

/// The directory of a zip file. Throws format_error for everything that is not exactly a zip file: members
/// that overlap or that repeat a name, sizes that cannot be, encryption, other compression than deflate,
/// files in several parts.
class zip_reader {
 public:
  explicit zip_reader(place where) : file_(where) {
    read_directory(find_directory());
    check_names_and_places();
  }

  const input_file& file() const { return file_; }
  /// The members, in the order of their places in the file.
  const buffer<zip_entry>& entries() const { return entries_; }
  /// The member of that name, or null.
  const zip_entry* find(std::string_view name) const {
    for (const zip_entry& entry : entries_)
      if (entry.name == name) return &entry;
    return nullptr;
  }

 private:
  struct directory {
    std::uint64_t offset, size, count;
  };
  static constexpr std::uint64_t end_size = 22, locator_size = 20, end64_size = 56, central_size = 46,
                                 local_size = 30;
  static constexpr std::uint64_t max_comment = 0xffff;

  [[noreturn]] void refuse_directory(const char* why) const {
    file_.where().refuse("not a sound zip file: ", why, ".");
  }

  /// The end record stands before a comment that reaches exactly to the end of the file.
  directory find_directory() const {
    using detail::get;
    const std::uint64_t tail_size =
        file_.size() < end_size + max_comment ? file_.size() : end_size + max_comment;
    const buffer<char> tail(static_cast<std::int64_t>(tail_size), uninitialized);
    const std::uint64_t tail_offset = file_.size() - tail_size;
    file_.read(tail_offset, const_cast<char*>(tail.data()), tail_size);
    for (std::uint64_t back = end_size; back <= tail_size; ++back) {
      const char* const end = tail.data() + (tail_size - back);
      if (get<std::uint32_t>(end) == detail::zip_end && get<std::uint16_t>(end + 20) == back - end_size)
        return read_end(end, tail_offset + (tail_size - back));
    }
    file_.where().refuse("not a zip file: it has no end of a zip directory; it may be cut short.");
  }

  directory read_end(const char* end, std::uint64_t end_offset) const {
    using detail::get;
    const auto disk = get<std::uint16_t>(end + 4), first_disk = get<std::uint16_t>(end + 6),
               count_here = get<std::uint16_t>(end + 8), count = get<std::uint16_t>(end + 10);
    directory found{get<std::uint32_t>(end + 16), get<std::uint32_t>(end + 12), count};
    const bool escaped = count == 0xffff || count_here == 0xffff || disk == 0xffff || first_disk == 0xffff ||
                         found.offset == detail::in_zip64 || found.size == detail::in_zip64;
    std::uint64_t directory_end = end_offset;
    if (escaped || found.offset + found.size != end_offset)
      directory_end = read_end64(end_offset, escaped, found);
    if ((disk != 0 && disk != 0xffff) || (first_disk != 0 && first_disk != 0xffff) ||
        (count_here != count && count_here != 0xffff))
      refuse_directory("it is one part of several");
    std::uint64_t reach = 0;
    if (__builtin_add_overflow(found.offset, found.size, &reach) || reach != directory_end)
      file_.where().refuse("not a sound zip file: its directory of ", found.size, " bytes at ", found.offset,
                           " does not end at byte ", directory_end, ".");
    if (found.count > found.size / central_size)
      file_.where().refuse("not a sound zip file: its directory of ", found.size, " bytes cannot hold ",
                           found.count, " members.");
    return found;
  }

  /// The zip64 end record, found through the locator before the end record. Returns where it starts.
  std::uint64_t read_end64(std::uint64_t end_offset, bool escaped, directory& found) const {
    using detail::get;
    char locator[locator_size];
    char end64[end64_size];
    const bool room = end_offset >= locator_size + end64_size;
    if (room) file_.read(end_offset - locator_size, locator, locator_size);
    if (!room || get<std::uint32_t>(locator) != detail::zip64_locator) {
      if (escaped) refuse_directory("its zip64 directory is missing");
      return end_offset;
    }
    if (get<std::uint32_t>(locator + 4) != 0 || get<std::uint32_t>(locator + 16) > 1)
      refuse_directory("it is one part of several");
    const auto offset = get<std::uint64_t>(locator + 8);
    if (offset > end_offset - locator_size - end64_size)
      file_.where().refuse("not a sound zip file: its zip64 directory ends at byte ", offset,
                           ", beyond its place.");
    file_.read(offset, end64, end64_size);
    if (get<std::uint32_t>(end64) != detail::zip64_end ||
        get<std::uint64_t>(end64 + 4) != end_offset - locator_size - offset - 12)
      refuse_directory("its zip64 end record is damaged");
    if (get<std::uint32_t>(end64 + 16) != 0 || get<std::uint32_t>(end64 + 20) != 0 ||
        get<std::uint64_t>(end64 + 24) != get<std::uint64_t>(end64 + 32))
      refuse_directory("it is one part of several");
    const directory wide{get<std::uint64_t>(end64 + 48), get<std::uint64_t>(end64 + 40),
                         get<std::uint64_t>(end64 + 32)};
    if ((found.count != 0xffff && found.count != wide.count) ||
        (found.size != detail::in_zip64 && found.size != wide.size) ||
        (found.offset != detail::in_zip64 && found.offset != wide.offset))
      refuse_directory("its two end records disagree");
    found = wide;
    return offset;
  }

  void read_directory(directory found) {
    using detail::get;
    directory_ = buffer<char>(static_cast<std::int64_t>(found.size), uninitialized);
    file_.read(found.offset, directory_.data(), found.size);
    entries_ = buffer<zip_entry>(static_cast<std::int64_t>(found.count));
    directory_offset_ = found.offset;
    const char* at = directory_.data();
    const char* const end = at + found.size;
    for (zip_entry& entry : entries_) {
      if (static_cast<std::uint64_t>(end - at) < central_size ||
          get<std::uint32_t>(at) != detail::zip_central)
        refuse_directory("its directory is damaged");
      const std::size_t name_size = get<std::uint16_t>(at + 28), extra_size = get<std::uint16_t>(at + 30),
                        comment_size = get<std::uint16_t>(at + 32);
      if (static_cast<std::size_t>(end - at) - central_size < name_size + extra_size + comment_size)
        refuse_directory("its directory is damaged");
      entry.name = std::string_view(at + central_size, name_size);
      entry.flags = get<std::uint16_t>(at + 8);
      entry.method = get<std::uint16_t>(at + 10);
      entry.crc = get<std::uint32_t>(at + 16);
      entry.compressed = get<std::uint32_t>(at + 20);
      entry.size = get<std::uint32_t>(at + 24);
      entry.offset = get<std::uint32_t>(at + 42);
      const bool other_disk = get<std::uint16_t>(at + 34) != 0;
      const place where = file_.where().at(entry.name);
      if (name_size == 0) refuse_directory("a member has no name");
      if (entry.name.find('\0') != std::string_view::npos) where.refuse("the name contains a zero byte.");
      at += central_size + name_size;
      read_extra64(where, {at, extra_size}, {&entry.size, &entry.compressed, &entry.offset});
      at += extra_size + comment_size;
      check_entry(where, entry, other_disk);
    }
    if (at != end) refuse_directory("its directory is longer than its members");
  }

  /// Puts the 64-bit numbers of an extra field where 32 bits were not enough, in the order the format
  /// prescribes.
  struct numbers64 {
    std::uint64_t* number[3];
  };
  static void read_extra64(const place& where, std::string_view extra, numbers64 numbers) {
    std::string_view values;
    while (!extra.empty()) {
      if (extra.size() < 4 || extra.size() - 4 < detail::get<std::uint16_t>(extra.data() + 2))
        where.refuse("its extra field in the zip directory is damaged.");
      const std::size_t size = detail::get<std::uint16_t>(extra.data() + 2);
      if (detail::get<std::uint16_t>(extra.data()) == 1) values = extra.substr(4, size);
      extra.remove_prefix(4 + size);
    }
    for (std::uint64_t* const number : numbers.number) {
      if (number == nullptr || *number != detail::in_zip64) continue;
      if (values.size() < 8) where.refuse("a 64-bit size is announced and missing.");
      *number = detail::get<std::uint64_t>(values.data());
      values.remove_prefix(8);
    }
  }

  void check_entry(const place& where, const zip_entry& entry, bool other_disk) const {
    static constexpr std::uint64_t best_deflate = 1032;  // no stream of deflate grows more when inflated
    if (other_disk) where.refuse("it lies in another part of a split zip file.");
    if ((entry.flags & detail::encrypted_flag) != 0) where.refuse("it is encrypted.");
    if ((entry.flags & ~detail::known_flags) != 0)
      where.refuse("its flags are ", entry.flags, ", which announce something that npz files do not have.");
    if (entry.method != 0 && entry.method != 8)
      where.refuse("its compression method is ", entry.method, "; 0 (stored) and 8 (deflate) can be read.");
    if (entry.method == 0 && entry.compressed != entry.size)
      where.refuse("it is stored, yet ", entry.compressed, " bytes in the file are to be ", entry.size,
                   " bytes.");
    if (entry.offset > directory_offset_ ||
        directory_offset_ - entry.offset < local_size + entry.name.size() ||
        directory_offset_ - entry.offset - local_size - entry.name.size() < entry.compressed)
      where.refuse(entry.compressed, " bytes at byte ", entry.offset,
                   " do not fit before the directory at byte ", directory_offset_, ".");
    if (entry.size / best_deflate > entry.compressed)
      where.refuse(entry.compressed, " bytes cannot inflate to ", entry.size, " bytes.");
  }

  void check_names_and_places() {
    std::sort(entries_.begin(), entries_.end(),
              [](const zip_entry& a, const zip_entry& b) { return a.name < b.name; });
    for (std::int64_t i = 1; i < entries_.size(); ++i)
      if (entries_[i].name == entries_[i - 1].name)
        file_.where().at(entries_[i].name).refuse("two members have this name.");
    std::sort(entries_.begin(), entries_.end(),
              [](const zip_entry& a, const zip_entry& b) { return a.offset < b.offset; });
    std::uint64_t end = directory_offset_;
    for (std::int64_t i = entries_.size() - 1; i >= 0; --i) {
      zip_entry& entry = entries_[i];
      entry.end = end;
      end = entry.offset;
      if (entry.end - entry.offset < local_size + entry.name.size() + entry.compressed)
        file_.where().at(entry.name).refuse("it overlaps another member.");
    }
  }

  friend class zip_member;
  input_file file_;
  buffer<char> directory_;
  buffer<zip_entry> entries_;
  std::uint64_t directory_offset_ = 0;
};

/// The contents of one member, from front to back. Throws format_error when the member differs from its
/// description; the checksum is compared by finish().
class zip_member {
 public:
  zip_member(const zip_reader& zip, const zip_entry& entry)
      : file_(zip.file()),
        where_(zip.file().where().at(entry.name)),
        entry_(entry),
        left_(entry.size),
        compressed_left_(entry.compressed) {
    check_local_header();
    if (entry_.method == 0) return;
    input_ = buffer<char>(input_size, uninitialized);
    if (inflateInit2(&stream_, -MAX_WBITS) != Z_OK) refuse_memory();
    inflating_ = true;
  }
  zip_member(const zip_member&) = delete;
  zip_member& operator=(const zip_member&) = delete;
  ~zip_member() {
    if (inflating_) inflateEnd(&stream_);
  }

  const place& where() const { return where_; }
  /// Bytes of the whole contents.
  std::uint64_t size() const { return entry_.size; }

  /// The next `count` bytes.
  void read(void* to, std::size_t count) {
    if (count > left_) where_.refuse("it ends after ", entry_.size, " bytes, where more was announced.");
    if (entry_.method == 0) {
      file_.read(offset_, to, count);
      offset_ += count;
      compressed_left_ -= count;
    } else {
      inflate_to(static_cast<char*>(to), count);
    }
    left_ -= count;
    crc_ = detail::crc(crc_, to, count);
  }

  /// After the last byte: the stream must end here and the checksum must be that of the directory.
  void finish() {
    if (left_ > 0) where_.refuse(left_, " bytes follow its contents.");
    if (entry_.method != 0) {
      char beyond = 0;
      if (!ended_ && step(&beyond, 1) != 0)
        where_.refuse("it inflates to more than ", entry_.size, " bytes.");
      if (!ended_ || stream_.avail_in > 0 || compressed_left_ > 0)
        where_.refuse("its compressed data does not end after ", entry_.compressed, " bytes.");
    }
    if (crc_ != entry_.crc)
      where_.refuse("its checksum is ", crc_, ", and the directory says ", entry_.crc,
                    "; the file is damaged.");
  }

 private:
  static constexpr std::int64_t input_size = std::int64_t{1} << 16;

  [[noreturn]] void refuse_memory() const { where_.refuse<error>("zlib has no memory left."); }

  void check_local_header() {
    using detail::get;
    char header[zip_reader::local_size];
    file_.read(entry_.offset, header, sizeof header);
    const std::size_t name_size = get<std::uint16_t>(header + 26),
                      extra_size = get<std::uint16_t>(header + 28);
    offset_ = entry_.offset + sizeof header + name_size + extra_size;
    if (get<std::uint32_t>(header) != detail::zip_local || name_size != entry_.name.size() ||
        offset_ > entry_.end || entry_.end - offset_ < entry_.compressed)
      refuse_local("");
    buffer<char> rest(static_cast<std::int64_t>(name_size + extra_size), uninitialized);
    file_.read(entry_.offset + sizeof header, rest.data(), rest.bytes());
    if (std::string_view(rest.data(), name_size) != entry_.name) refuse_local(" about the name");
    if (get<std::uint16_t>(header + 6) != entry_.flags) refuse_local(" about the flags");
    if (get<std::uint16_t>(header + 8) != entry_.method) refuse_local(" about the compression");
    std::uint64_t compressed = get<std::uint32_t>(header + 18), size = get<std::uint32_t>(header + 22);
    const auto sum = get<std::uint32_t>(header + 14);
    zip_reader::read_extra64(where_, {rest.data() + name_size, extra_size}, {{&size, &compressed, nullptr}});
    // With a data descriptor the numbers were not known yet when the header was written.
    const bool unknown = (entry_.flags & detail::descriptor_flag) != 0;
    if (!(unknown && compressed == 0 && size == 0) &&
        (compressed != entry_.compressed || size != entry_.size))
      refuse_local(" about the size");
    if (!(unknown && sum == 0) && sum != entry_.crc) refuse_local(" about the checksum");
  }
  [[noreturn]] void refuse_local(const char* about) const {
    where_.refuse("its header at byte ", entry_.offset, " disagrees with the directory", about, ".");
  }

  void inflate_to(char* to, std::size_t count) {
    while (count > 0) {
      const std::size_t got = ended_ ? 0 : step(to, count < detail::zlib_piece ? count : detail::zlib_piece);
      if (got == 0) where_.refuse("it inflates to less than ", entry_.size, " bytes.");
      to += got;
      count -= got;
    }
  }
  /// Inflates at most `count` bytes; 0 when the stream ends before the first.
  std::size_t step(char* to, std::size_t count) {
    stream_.next_out = reinterpret_cast<Bytef*>(to);
    stream_.avail_out = static_cast<uInt>(count);
    while (stream_.avail_out == count) {
      if (stream_.avail_in == 0 && compressed_left_ > 0) {
        const std::size_t piece = compressed_left_ < static_cast<std::uint64_t>(input_size)
                                      ? static_cast<std::size_t>(compressed_left_)
                                      : static_cast<std::size_t>(input_size);
        file_.read(offset_, input_.data(), piece);
        offset_ += piece;
        compressed_left_ -= piece;
        stream_.next_in = reinterpret_cast<Bytef*>(input_.data());
        stream_.avail_in = static_cast<uInt>(piece);
      }
      const int result = inflate(&stream_, Z_NO_FLUSH);
      if (result == Z_STREAM_END) {
        ended_ = true;
        break;
      }
      if (result == Z_MEM_ERROR) refuse_memory();
      if (result == Z_BUF_ERROR && stream_.avail_in == 0 && compressed_left_ == 0)
        where_.refuse("its compressed data is cut short.");
      if (result != Z_OK && result != Z_BUF_ERROR) where_.refuse("its compressed data is damaged.");
    }
    return count - stream_.avail_out;
  }

  const input_file& file_;
  place where_;
  zip_entry entry_;
  std::uint64_t offset_ = 0;
  std::uint64_t left_;
  std::uint64_t compressed_left_;
  std::uint32_t crc_ = 0;
  bool inflating_ = false;
  bool ended_ = false;
  z_stream stream_{};
  buffer<char> input_;
};

/// Writes a zip file, member after member, in the form NumPy writes: 64-bit sizes in every local header, in
/// the directory where they are needed. The file appears under its name when close() returns, else not at
/// all.
class zip_writer {
 public:
  zip_writer(place where, bool compressed) : file_(where), compressed_(compressed) {
    if (!compressed_) return;
    output_ = buffer<char>(output_size, uninitialized);
    if (deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
      file_.where().refuse<error>("zlib has no memory left.");
    deflating_ = true;
  }
  zip_writer(const zip_writer&) = delete;
  zip_writer& operator=(const zip_writer&) = delete;
  ~zip_writer() {
    if (deflating_) deflateEnd(&stream_);
  }

  const place& where() const { return file_.where(); }

  /// Starts a member; its contents follow with write(), and end() closes it. Throws bsr::error for a name
  /// that is empty, too long, taken, or contains a zero byte.
  void begin(std::string_view name) {
    const place at = file_.where().at(name);
    if (name.empty() || name.size() > 0xffff - 100 || name.find('\0') != std::string_view::npos)
      at.refuse<error>("this cannot be the name of a member.");
    for (std::int64_t i = 0; i < count_; ++i) {
      const record& other = records_[i];
      if (std::string_view(names_.data() + other.name, other.name_size) == name)
        at.refuse<error>("there is a member of this name already.");
    }
    record member{};
    member.name = names_filled_;
    member.name_size = name.size();
    member.offset = file_.position();
    for (const char c : name)
      if ((static_cast<unsigned char>(c) & 0x80) != 0) member.flags = detail::utf8_flag;
    append(names_, names_filled_, name.data(), static_cast<std::int64_t>(name.size()));
    append(records_, count_, &member, 1);
    write_local_header(records_[count_ - 1]);
    start_ = file_.position();
  }

  void write(const void* from, std::size_t count) {
    record& member = records_[count_ - 1];
    member.crc = detail::crc(member.crc, from, count);
    member.size += count;
    if (!compressed_) return file_.write(from, count);
    const auto* bytes = static_cast<const char*>(from);
    while (count > 0) {
      const std::size_t piece = count < detail::zlib_piece ? count : detail::zlib_piece;
      deflate_piece(bytes, piece, Z_NO_FLUSH);
      bytes += piece;
      count -= piece;
    }
  }

  void end() {
    record& member = records_[count_ - 1];
    if (compressed_) {
      deflate_piece(nullptr, 0, Z_FINISH);
      deflateReset(&stream_);
    }
    member.compressed = file_.position() - start_;
    // The checksum, and the two sizes in the extra field.
    char numbers[16];
    char* at = numbers;
    detail::put<std::uint32_t>(at, member.crc);
    file_.overwrite(member.offset + 14, numbers, 4);
    at = numbers;
    detail::put<std::uint64_t>(at, member.size);
    detail::put<std::uint64_t>(at, member.compressed);
    file_.overwrite(start_ - 16, numbers, 16);
  }

  /// Writes the directory and gives the file its name. Nothing may follow.
  void close() {
    const std::uint64_t directory = file_.position();
    for (std::int64_t i = 0; i < count_; ++i) write_central_header(records_[i]);
    write_end(directory, file_.position() - directory);
    file_.commit();
  }

 private:
  struct record {
    std::int64_t name;
    std::uint64_t name_size, offset, compressed, size;
    std::uint32_t crc;
    std::uint16_t flags;
  };
  static constexpr std::int64_t output_size = std::int64_t{1} << 16;
  static constexpr std::uint64_t limit32 = 0x7fffffff;  // signed, as Python's zipfile has it
  static constexpr std::uint16_t version = 45;          // the first that knows zip64
  static constexpr std::uint16_t unix_system = 3 << 8;
  static constexpr std::uint16_t first_of_january_1980 = 1 << 5 | 1;
  static constexpr std::uint32_t owner_reads_and_writes = 0600u << 16;

  std::uint16_t method() const { return compressed_ ? 8 : 0; }
  std::string_view name(const record& member) const {
    return {names_.data() + member.name, static_cast<std::size_t>(member.name_size)};
  }

  template <class T>
  static void append(buffer<T>& list, std::int64_t& filled, const T* items, std::int64_t n) {
    if (n > list.size() - filled) list.resize(2 * (filled + n), uninitialized);
    std::memcpy(static_cast<void*>(list.data() + filled), items, static_cast<std::size_t>(n) * sizeof(T));
    filled += n;
  }

  void deflate_piece(const char* from, std::size_t count, int flush) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(from));
    stream_.avail_in = static_cast<uInt>(count);
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(output_.data());
      stream_.avail_out = static_cast<uInt>(output_size);
      deflate(&stream_, flush);
      file_.write(output_.data(), static_cast<std::size_t>(output_size) - stream_.avail_out);
    } while (stream_.avail_out == 0);
  }

  void write_local_header(const record& member) {
    using detail::put;
    char header[30];
    char* at = header;
    put<std::uint32_t>(at, detail::zip_local);
    put<std::uint16_t>(at, version);
    put<std::uint16_t>(at, member.flags);
    put<std::uint16_t>(at, method());
    put<std::uint16_t>(at, 0);
    put<std::uint16_t>(at, first_of_january_1980);
    put<std::uint32_t>(at, 0);
    put<std::uint32_t>(at, detail::in_zip64);
    put<std::uint32_t>(at, detail::in_zip64);
    put<std::uint16_t>(at, member.name_size);
    put<std::uint16_t>(at, 20);
    file_.write(header, sizeof header);
    file_.write(name(member));
    char extra[20] = {1, 0, 16, 0};
    file_.write(extra, sizeof extra);
  }

  void write_central_header(const record& member) {
    using detail::put;
    char extra[28];
    char* extra_at = extra + 4;
    const bool wide_size = member.size > limit32 || member.compressed > limit32;
    const bool wide_offset = member.offset > limit32;
    if (wide_size) {
      put<std::uint64_t>(extra_at, member.size);
      put<std::uint64_t>(extra_at, member.compressed);
    }
    if (wide_offset) put<std::uint64_t>(extra_at, member.offset);
    const auto values = static_cast<std::size_t>(extra_at - extra - 4);
    char* extra_head = extra;
    put<std::uint16_t>(extra_head, 1);
    put<std::uint16_t>(extra_head, values);

    char header[46];
    char* at = header;
    put<std::uint32_t>(at, detail::zip_central);
    put<std::uint16_t>(at, unix_system | version);
    put<std::uint16_t>(at, version);
    put<std::uint16_t>(at, member.flags);
    put<std::uint16_t>(at, method());
    put<std::uint16_t>(at, 0);
    put<std::uint16_t>(at, first_of_january_1980);
    put<std::uint32_t>(at, member.crc);
    put<std::uint32_t>(at, wide_size ? detail::in_zip64 : member.compressed);
    put<std::uint32_t>(at, wide_size ? detail::in_zip64 : member.size);
    put<std::uint16_t>(at, member.name_size);
    put<std::uint16_t>(at, values > 0 ? values + 4 : 0);
    put<std::uint16_t>(at, 0);
    put<std::uint16_t>(at, 0);
    put<std::uint16_t>(at, 0);
    put<std::uint32_t>(at, owner_reads_and_writes);
    put<std::uint32_t>(at, wide_offset ? detail::in_zip64 : member.offset);
    file_.write(header, sizeof header);
    file_.write(name(member));
    if (values > 0) file_.write(extra, values + 4);
  }

  void write_end(std::uint64_t directory, std::uint64_t size) {
    using detail::put;
    const auto count = static_cast<std::uint64_t>(count_);
    const bool wide = count >= 0xffff || directory > limit32 || size > limit32;
    char bytes[56 + 20 + 22];
    char* at = bytes;
    if (wide) {
      put<std::uint32_t>(at, detail::zip64_end);
      put<std::uint64_t>(at, 44);
      put<std::uint16_t>(at, version);
      put<std::uint16_t>(at, version);
      put<std::uint32_t>(at, 0);
      put<std::uint32_t>(at, 0);
      put<std::uint64_t>(at, count);
      put<std::uint64_t>(at, count);
      put<std::uint64_t>(at, size);
      put<std::uint64_t>(at, directory);
      put<std::uint32_t>(at, detail::zip64_locator);
      put<std::uint32_t>(at, 0);
      put<std::uint64_t>(at, directory + size);
      put<std::uint32_t>(at, 1);
    }
    put<std::uint32_t>(at, detail::zip_end);
    put<std::uint16_t>(at, 0);
    put<std::uint16_t>(at, 0);
    put<std::uint16_t>(at, count < 0xffff ? count : 0xffff);
    put<std::uint16_t>(at, count < 0xffff ? count : 0xffff);
    put<std::uint32_t>(at, size > limit32 ? detail::in_zip64 : size);
    put<std::uint32_t>(at, directory > limit32 ? detail::in_zip64 : directory);
    put<std::uint16_t>(at, 0);
    file_.write(bytes, static_cast<std::size_t>(at - bytes));
  }

  output_file file_;
  bool compressed_;
  bool deflating_ = false;
  z_stream stream_{};
  buffer<char> output_;
  buffer<char> names_;
  buffer<record> records_;
  std::int64_t names_filled_ = 0;
  std::int64_t count_ = 0;
  std::uint64_t start_ = 0;
};

}  // namespace bsr::inline v0::inline BSR_TARGET::io
