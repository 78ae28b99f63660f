// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/io/zip.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "support.hpp"

namespace io = bsr::io;
using bsr_test::check_refusal;
using bsr_test::little;
using bsr_test::test_member;
using bsr_test::test_zip;

namespace {

std::string contents(const io::zip_reader& zip, const std::string& name) {
  const io::zip_entry* const entry = zip.find(name);
  REQUIRE(entry != nullptr);
  io::zip_member member(zip, *entry);
  std::string out(member.size(), '\0');
  // In pieces, because that is how arrays are read.
  for (std::size_t at = 0; at < out.size(); at += 1000)
    member.read(&out[at], std::min<std::size_t>(1000, out.size() - at));
  member.finish();
  return out;
}

/// Reads everything.
void read_all(const std::string& file) {
  const io::zip_reader zip({"read", file.c_str()});
  for (const io::zip_entry& entry : zip.entries()) contents(zip, std::string(entry.name));
}

std::string text(std::size_t size) {
  std::string out;
  for (std::size_t i = 0; out.size() < size; ++i) out += "line " + std::to_string(i * i) + "\n";
  out.resize(size);
  return out;
}

test_zip two_members(bool deflated = false) {
  test_zip zip;
  test_member a{}, b{};
  a.name = "a.npy";
  a.content = text(5000);
  a.deflated = deflated;
  b.name = "b.npy";
  b.content = text(300);
  b.deflated = deflated;
  zip.members = {a, b};
  return zip;
}

}  // namespace

TEST_CASE("zip: members of every kind are read") {
  const bsr_test::scratch folder;
  const std::string file = folder / "a.zip";
  for (const bool deflated : {false, true}) {
    const auto check = [&](const test_zip& zip) {
      bsr_test::write_bytes(file, zip.build());
      const io::zip_reader reader({"read", file.c_str()});
      CHECK(reader.entries().size() == 2);
      CHECK(contents(reader, "a.npy") == text(5000));
      CHECK(contents(reader, "b.npy") == text(300));
      CHECK(reader.find("c.npy") == nullptr);
    };
    test_zip zip = two_members(deflated);
    check(zip);
    zip.comment = std::string(65535, 'c');
    check(zip);
    zip.comment = "PK\5\6 is what an end record starts with, and here it is in a comment";
    check(zip);
    zip.members[1].zip64 = true;
    check(zip);
    zip.zip64 = true;
    check(zip);
    zip.prefix = "something before";
    zip.before_directory = "something between";
    check(zip);
    zip.members[0].flags = zip.members[1].flags = 1 << 11 | 1 << 3 | 2;
    zip.members[0].local_crc = 0;
    zip.members[0].local_size = zip.members[0].local_compressed = 0;
    check(zip);
  }
  test_zip empty;
  bsr_test::write_bytes(file, empty.build());
  CHECK(io::zip_reader({"read", file.c_str()}).entries().empty());
}

TEST_CASE("zip: an empty member, and one of a single byte") {
  const bsr_test::scratch folder;
  const std::string file = folder / "a.zip";
  for (const bool deflated : {false, true}) {
    test_zip zip = two_members(deflated);
    zip.members[0].content.clear();
    zip.members[1].content = "x";
    bsr_test::write_bytes(file, zip.build());
    const io::zip_reader reader({"read", file.c_str()});
    CHECK(contents(reader, "a.npy").empty());
    CHECK(contents(reader, "b.npy") == "x");
  }
}

TEST_CASE("zip: what is written is read, and bad names are refused") {
  const bsr_test::scratch folder;
  const std::string file = folder / "a.zip";
  for (const bool compressed : {false, true}) {
    io::zip_writer zip({"write", file.c_str()}, compressed);
    std::vector<std::string> names;
    for (std::size_t i = 0; i < 40; ++i) {
      names.push_back("member " + std::to_string(i) + (i % 3 == 0 ? "\xc3\xa9" : ""));
      zip.begin(names.back());
      const std::string all = text(i * i * 137);
      for (std::size_t at = 0; at < all.size(); at += 777)
        zip.write(&all[at], std::min<std::size_t>(777, all.size() - at));
      zip.end();
    }
    check_refusal<bsr::error>(file, {"'member 7'", "already"}, [&] { zip.begin("member 7"); });
    check_refusal<bsr::error>(file, {"cannot be the name"}, [&] { zip.begin(""); });
    check_refusal<bsr::error>(file, {"cannot be the name"}, [&] { zip.begin(std::string("a\0b", 3)); });
    check_refusal<bsr::error>(file, {"cannot be the name"}, [&] { zip.begin(std::string(66000, 'x')); });
    zip.close();
    CHECK(folder.files() == 1);
    const io::zip_reader reader({"read", file.c_str()});
    CHECK(reader.entries().size() == 40);
    for (std::size_t i = 0; i < 40; ++i) CHECK(contents(reader, names[i]) == text(i * i * 137));
  }
}

TEST_CASE("zip: sizes and places beyond 4 GiB") {
  // A file with holes: nothing of the kind is written or read, only what the directory says is used.
  const bsr_test::scratch folder;
  const std::string file = folder / "large.zip";
  const std::uint64_t size = 5'000'000'123;
  test_zip zip = two_members();
  test_member large{};
  large.name = "large.npy";
  large.zip64 = true;
  large.size = large.compressed = size;
  large.local_size = large.local_compressed = 0xffffffff;
  large.local_extra = little<std::uint16_t>(1) + little<std::uint16_t>(16) + little<std::uint64_t>(size) +
                      little<std::uint64_t>(size);
  test_zip first;
  first.members = {large};
  const std::string head = first.build();
  const std::uint64_t data = head.find("PK\1\2");
  // The other members come behind the hole; the directory lists all three.
  std::string tail;
  test_zip rest = two_members();
  rest.zip64 = true;
  for (test_member& m : rest.members) {
    m.zip64 = true;
    m.offset = data + size + tail.size();
    test_zip one;
    one.members = {m};
    one.members[0].zip64 = false;
    one.members[0].offset = 0;
    const std::string bytes = one.build();
    tail += bytes.substr(0, bytes.find("PK\1\2"));
  }
  large.offset = 0;
  rest.members.insert(rest.members.begin(), large);
  rest.directory_offset = data + size + tail.size();
  std::string listing = rest.build();
  listing = listing.substr(listing.find("PK\1\2"));
  const std::uint64_t record = listing.find("PK\6\6"), locator = listing.find("PK\6\7");
  REQUIRE(locator == record + 56);
  listing.replace(locator + 8, 8, little<std::uint64_t>(*rest.directory_offset + record));
  {
    std::ofstream out(file, std::ios::binary);
    out << head.substr(0, data);
    out.seekp(static_cast<std::streamoff>(data + size));
    out << tail << listing;
    REQUIRE(out);
  }
  const io::zip_reader reader({"read", file.c_str()});
  CHECK(reader.entries().size() == 3);
  CHECK(reader.find("large.npy")->size == size);
  CHECK(contents(reader, "a.npy") == text(5000));
  CHECK(contents(reader, "b.npy") == text(300));
  io::zip_member member(reader, *reader.find("large.npy"));
  char bytes[4] = {1, 1, 1, 1};
  member.read(bytes, 4);
  CHECK(std::string(bytes, 4) == std::string(4, '\0'));
}

TEST_CASE("zip: damaged files are refused") {
  struct damage {
    const char* name;
    bsr_test::sentence words;
    void (*change)(test_zip&);
  };
  static const damage damages[] = {
      {"encrypted", {"'a.npy'", "encrypted"}, [](test_zip& z) { z.members[0].flags = 1; }},
      {"strong encryption", {"'a.npy'", "flags are 64"}, [](test_zip& z) { z.members[0].flags = 64; }},
      {"masked headers", {"flags are 8192"}, [](test_zip& z) { z.members[0].flags = 8192; }},
      {"patch data", {"flags are 32"}, [](test_zip& z) { z.members[1].flags = 32; }},
      {"bzip2", {"'b.npy'", "compression method is 12"}, [](test_zip& z) { z.members[1].method = 12; }},
      {"deflate64", {"compression method is 9"}, [](test_zip& z) { z.members[0].method = 9; }},
      {"implode", {"compression method is 6"}, [](test_zip& z) { z.members[0].method = 6; }},
      {"same name", {"'a.npy'", "two members"}, [](test_zip& z) { z.members[1].name = "a.npy"; }},
      {"no name", {"no name"}, [](test_zip& z) { z.members[1].name = ""; }},
      {"zero byte in name",
       {"a\\x00b.npy", "zero byte"},
       [](test_zip& z) { z.members[1].name = std::string("a\0b.npy", 7); }},
      {"checksum", {"'a.npy'", "checksum", "directory says 7"}, [](test_zip& z) { z.members[0].crc = 7; }},
      {"byte changed",
       {"'b.npy'", "checksum"},
       [](test_zip& z) {
         z.members[1].raw = z.members[1].content;
         (*z.members[1].raw)[100] ^= 1;
       }},
      {"stored with other size",
       {"'a.npy'", "5000 bytes in the file are to be 4999 bytes"},
       [](test_zip& z) { z.members[0].size = 4999; }},
      {"beyond the directory",
       {"'b.npy'", "do not fit before the directory"},
       [](test_zip& z) { z.members[1].size = z.members[1].compressed = 70'000; }},
      {"size of 2^64 - 1",
       {"'b.npy'", "18446744073709551615 bytes", "do not fit"},
       [](test_zip& z) {
         z.members[1].zip64 = true;
         z.members[1].size = z.members[1].compressed = ~std::uint64_t{0};
       }},
      {"offset beyond the file",
       {"'b.npy'", "at byte 100000"},
       [](test_zip& z) { z.members[1].offset = 100'000; }},
      {"offset of 2^64 - 1",
       {"'b.npy'", "at byte 18446744073709551615"},
       [](test_zip& z) {
         z.members[1].zip64 = true;
         z.members[1].offset = ~std::uint64_t{0};
       }},
      {"same place", {"overlaps"}, [](test_zip& z) { z.members[1].offset = 0; }},
      {"reaches into the next",
       {"overlaps"},
       [](test_zip& z) { z.members[0].size = z.members[0].compressed = 5100; }},
      {"other disk", {"'b.npy'", "split"}, [](test_zip& z) { z.members[1].disk = 1; }},
      {"no local header",
       {"'a.npy'", "header at byte 0 disagrees"},
       [](test_zip& z) { z.members[0].local_signature = 0x04034b51; }},
      {"local name", {"'a.npy'", "about the name"}, [](test_zip& z) { z.members[0].local_name = "c.npy"; }},
      {"local name longer",
       {"'a.npy'", "disagrees"},
       [](test_zip& z) { z.members[0].local_name = "aa.npy"; }},
      {"local flags", {"about the flags"}, [](test_zip& z) { z.members[0].local_flags = 2; }},
      {"local encryption", {"about the flags"}, [](test_zip& z) { z.members[0].local_flags = 1; }},
      {"local method", {"about the compression"}, [](test_zip& z) { z.members[0].local_method = 8; }},
      {"local size", {"about the size"}, [](test_zip& z) { z.members[0].local_size = 4000; }},
      {"local compressed size",
       {"about the size"},
       [](test_zip& z) { z.members[0].local_compressed = 4000; }},
      {"local checksum", {"about the checksum"}, [](test_zip& z) { z.members[0].local_crc = 1; }},
      {"local sizes of zero without descriptor",
       {"about the size"},
       [](test_zip& z) { z.members[0].local_size = z.members[0].local_compressed = 0; }},
      {"local extra reaches too far",
       {"'b.npy'", "disagrees"},
       [](test_zip& z) {
         z.members[1].local_extra = std::string(50, 'x');
         z.members[1].raw = z.members[1].content.substr(40);
         z.members[1].compressed = z.members[1].size = 300;
       }},
      {"local zip64 announced and missing",
       {"'a.npy'", "64-bit size"},
       [](test_zip& z) { z.members[0].local_size = 0xffffffff; }},
      {"local extra damaged",
       {"'a.npy'", "extra field"},
       [](test_zip& z) {
         z.members[0].local_extra = little<std::uint16_t>(1) + little<std::uint16_t>(16) + "abc";
       }},
      {"extra damaged", {"'a.npy'", "extra field"}, [](test_zip& z) { z.members[0].extra = "abc"; }},
      {"extra too long",
       {"extra field"},
       [](test_zip& z) { z.members[0].extra = little<std::uint16_t>(9) + little<std::uint16_t>(100); }},
      {"zip64 announced and missing",
       {"'a.npy'", "64-bit size"},
       [](test_zip& z) {
         z.members[0].zip64 = true;
         z.members[0].extra = "";
       }},
      {"zip64 too short",
       {"'a.npy'", "64-bit size"},
       [](test_zip& z) {
         z.members[0].zip64 = true;
         z.members[0].extra =
             little<std::uint16_t>(1) + little<std::uint16_t>(8) + little<std::uint64_t>(5000);
       }},
      {"directory damaged",
       {"directory is damaged"},
       [](test_zip& z) { z.members[1].signature = 0x02014b51; }},
      {"several parts", {"one part of several"}, [](test_zip& z) { z.disk = 1; }},
      {"directory on another part", {"one part of several"}, [](test_zip& z) { z.first_disk = 3; }},
      {"some members elsewhere", {"one part of several"}, [](test_zip& z) { z.count_here = 1; }},
      {"fewer members", {"longer than its members"}, [](test_zip& z) { z.count = 1; }},
      {"more members",
       {"directory is damaged"},
       [](test_zip& z) {
         z.count = 2, z.members.pop_back(), z.after_directory = std::string(46, 'x'),
         z.directory_size = 46 + 5 + 46;
       }},
      {"members without bytes", {"cannot hold 1000 members"}, [](test_zip& z) { z.count = 1000; }},
      {"no members", {"longer than its members"}, [](test_zip& z) { z.count = 0; }},
      {"directory size", {"does not end at byte"}, [](test_zip& z) { z.directory_size = 80; }},
      {"directory offset",
       {"directory of", "does not end at byte"},
       [](test_zip& z) { z.directory_offset = 5; }},
      {"directory offset beyond",
       {"does not end at byte"},
       [](test_zip& z) { z.directory_offset = 1u << 30; }},
      {"text after the end", {"no end of a zip directory"}, [](test_zip& z) { z.suffix = "x"; }},
      {"text before the end record", {"does not end at byte"}, [](test_zip& z) { z.after_directory = "x"; }},
      {"no zip64 locator",
       {"zip64 directory is missing"},
       [](test_zip& z) { z.zip64 = true, z.locator = false; }},
      {"locator points nowhere",
       {"zip64 directory ends at byte 99999999"},
       [](test_zip& z) { z.zip64 = true, z.locator_offset = 99'999'999; }},
      {"locator points to 2^64 - 1",
       {"beyond its place"},
       [](test_zip& z) { z.zip64 = true, z.locator_offset = ~std::uint64_t{0}; }},
      {"locator points elsewhere",
       {"zip64 end record is damaged"},
       [](test_zip& z) { z.zip64 = true, z.locator_offset = 3; }},
      {"zip64 signature",
       {"zip64 end record is damaged"},
       [](test_zip& z) { z.zip64 = true, z.record_signature = 1; }},
      {"zip64 record size",
       {"zip64 end record is damaged"},
       [](test_zip& z) { z.zip64 = true, z.record_size = 45; }},
      {"zip64 record size of 2^64 - 1",
       {"zip64 end record is damaged"},
       [](test_zip& z) { z.zip64 = true, z.record_size = ~std::uint64_t{0}; }},
      {"zip64 parts", {"one part of several"}, [](test_zip& z) { z.zip64 = true, z.disks = 2; }},
      {"zip64 on another part", {"one part of several"}, [](test_zip& z) { z.zip64 = true, z.disk64 = 1; }},
      {"zip64 counts", {"one part of several"}, [](test_zip& z) { z.zip64 = true, z.count64 = 3; }},
      {"zip64 count of 2^64 - 1",
       {"cannot hold 18446744073709551615 members"},
       [](test_zip& z) { z.zip64 = true, z.count_here = z.count64 = ~std::uint64_t{0}; }},
      {"zip64 size and offset overflow",
       {"does not end at byte"},
       [](test_zip& z) { z.zip64 = true, z.directory_offset = ~std::uint64_t{0}, z.directory_size = 200; }},
      {"zip64 directory size of 2^63",
       {"does not end at byte"},
       [](test_zip& z) { z.zip64 = true, z.directory_size = std::uint64_t{1} << 63; }},
  };
  const bsr_test::scratch folder;
  const std::string file = folder / "bad.zip";
  for (const damage& d : damages) {
    INFO(d.name);
    test_zip zip = two_members();
    d.change(zip);
    bsr_test::write_bytes(file, zip.build());
    check_refusal(file, d.words, [&] { read_all(file); });
  }
  CHECK(std::size(damages) == 63);
}

TEST_CASE("zip: damaged compressed members are refused") {
  struct damage {
    const char* name;
    bsr_test::sentence words;
    void (*change)(test_member&);
  };
  static const damage damages[] = {
      {"bomb",
       {"cannot inflate to 1000000000000 bytes"},
       [](test_member& m) {
         m.zip64 = true;
         m.size = 1'000'000'000'000;
         m.local_size = 0xffffffff;
       }},
      {"size of 2^64 - 1",
       {"cannot inflate to 18446744073709551615 bytes"},
       [](test_member& m) {
         m.zip64 = true;
         m.size = ~std::uint64_t{0};
       }},
      {"longer", {"inflates to more than 4999 bytes"}, [](test_member& m) { m.size = 4999; }},
      {"much longer", {"inflates to more than 0 bytes"}, [](test_member& m) { m.size = 0; }},
      {"shorter", {"inflates to less than 5001 bytes"}, [](test_member& m) { m.size = 5001; }},
      {"cut",
       {"cut short"},
       [](test_member& m) {
         m.raw = bsr_test::deflate_raw(m.content);
         m.raw->resize(m.raw->size() - 9);
       }},
      {"last byte cut",
       {"cut short"},
       [](test_member& m) {
         m.raw = bsr_test::deflate_raw(m.content);
         m.raw->pop_back();
       }},
      {"no stream", {"compressed data is damaged"}, [](test_member& m) { m.raw = std::string(900, '\xff'); }},
      {"nothing", {"cannot inflate to 5000"}, [](test_member& m) { m.raw = ""; }},
      {"bytes behind the stream",
       {"does not end after"},
       [](test_member& m) { m.raw = bsr_test::deflate_raw(m.content) + "x"; }},
      {"many bytes behind the stream",
       {"does not end after"},
       [](test_member& m) { m.raw = bsr_test::deflate_raw(m.content) + std::string(200'000, '\0'); }},
      {"checksum", {"checksum", "directory says 5"}, [](test_member& m) { m.crc = 5; }},
  };
  const bsr_test::scratch folder;
  const std::string file = folder / "bad.zip";
  for (const damage& d : damages) {
    INFO(d.name);
    test_zip zip = two_members(true);
    d.change(zip.members[0]);
    bsr_test::write_bytes(file, zip.build());
    check_refusal(file, d.words, [&] { read_all(file); });
  }
}

TEST_CASE("zip: what is no zip file is refused") {
  const bsr_test::scratch folder;
  const std::string file = folder / "bad.zip";
  for (const std::string& bytes :
       {std::string(), std::string("PK"), std::string(21, '\0'), std::string(22, '\0'),
        std::string(200'000, 'P'), std::string("PK\5\6", 4) + std::string(17, '\0')}) {
    bsr_test::write_bytes(file, bytes);
    check_refusal(file, {"not a zip file", "no end of a zip directory"}, [&] { read_all(file); });
  }
}

TEST_CASE("zip: a file cut anywhere is refused") {
  const bsr_test::scratch folder;
  const std::string file = folder / "cut.zip";
  for (const bool deflated : {false, true}) {
    test_zip zip = two_members(deflated);
    zip.members[0].content = text(200);
    zip.zip64 = deflated;
    const std::string bytes = zip.build();
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      bsr_test::write_bytes(file, bytes.substr(0, size));
      INFO(size << " of " << bytes.size() << " bytes");
      CHECK_FALSE(bsr_test::accepted([&] { read_all(file); }));
    }
  }
}

TEST_CASE("zip: a changed byte is refused or changes nothing that is used") {
  const bsr_test::scratch folder;
  const std::string file = folder / "changed.zip";
  for (const bool deflated : {false, true}) {
    test_zip zip = two_members(deflated);
    zip.members[0].content = text(60);
    zip.members[1].content = text(40);
    zip.zip64 = deflated;
    const std::string bytes = zip.build();
    for (std::size_t i = 0; i < bytes.size(); ++i)
      for (const int change : {1, 0x80, 0xff}) {
        std::string changed = bytes;
        changed[i] = static_cast<char>(changed[i] ^ change);
        bsr_test::write_bytes(file, changed);
        INFO("byte " << i << " ^ " << change);
        bsr_test::accepted([&] {
          const io::zip_reader reader({"read", file.c_str()});
          // Accepted means: every member that still has its name has its contents.
          for (const test_member& m : zip.members)
            if (reader.find(m.name) != nullptr) {
              const std::string found = contents(reader, m.name);
              CHECK(found == m.content);
            }
        });
      }
  }
}
