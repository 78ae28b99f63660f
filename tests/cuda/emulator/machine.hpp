// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// A GPU of fibers: several blocks of threads at a time, every thread a fiber, every access checked.
//
// Shared memory has a shadow that knows, word by word, who wrote and who read last and when. An access is
// right when a barrier lies between it and every access of another thread that it depends on; asynchronous
// copies own what they write until their group has been waited for. The copy engine and the multiplications
// of warpgroups own what they write and read likewise, and what threads wrote is there for them only after a
// fence. Global memory is what the test declares: inputs, outputs that are written exactly once, and memory
// by which blocks talk to each other.
//
// What it cannot show: weak memory ordering below the level of barriers, rounding inside tensor cores (sums
// here are formed in double and rounded once), registers, speed.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "bsr/kernel/cuda/slab.hpp"
#include "cuda/emulator/fiber.hpp"
#include "cuda/emulator/mutation.hpp"

namespace bsr_test::emulator {

/// What a kernel did wrong, in a sentence.
struct emulation_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// When asynchronous copies land: at once, when somebody waits for them, or at any moment in between.
enum class timing { early, late, random };
/// Who goes first.
enum class order { forward, reverse, random };

struct settings {
  emulator::timing timing = timing::late;
  emulator::order order = order::forward;
  unsigned seed = 1;
  int resident = 3;  // blocks at a time
};

struct grid_size {
  int blocks;
  int threads;
  int shared_bytes;
};

class machine;
struct block;

/// Rounded to 10 bits of fraction, ties away from zero, as cvt.rna.tf32.f32.
inline std::uint32_t round_to_tf32(std::uint32_t x) {
  const bool finite = (x & 0x7f800000u) != 0x7f800000u;
  return (finite ? x + 0x1000u : x) & ~0x1fffu;
}

using moment = std::uint32_t;

/// One copy on its way from global to shared memory.
struct flight {
  std::uint32_t to;
  const unsigned char* from;
  int bytes;
  int valid;
  bool landed;
};

struct thread {
  machine* owner = nullptr;
  emulator::block* block = nullptr;
  int index = 0;
  fiber run;
  bool started = false;
  bool done = true;
  const char* waits_for = "";
  site where{"", 0};
  std::vector<flight> open;
  std::deque<std::vector<flight>> groups;
  /// What other blocks have released to this thread: of each block, everything up to a moment.
  std::vector<moment> acquired;
  /// What threads of its own block have, and behind them the copy engine.
  std::vector<moment> known;
  /// What it wrote before is there for the copy engine and for wgmma.
  moment fenced_at = 0;
  /// Its last barrier of some of the threads.
  moment part_time = 0;
};

/// What is known of four bytes of shared memory.
struct shadow_word {
  struct reader {
    moment when;
    int thread;
  };
  moment written_at = 0;
  int writer = -1;  // -1: nobody
  bool in_flight = false;
  std::uint8_t reader_count = 0;
  std::uint16_t multiplied = 0;  // by so many warps' multiplications that are under way
  std::array<reader, 3> readers;
  std::vector<reader> more_readers;
};

/// What is known of four bytes through which blocks talk.
struct exchange_word {
  static constexpr int nobody = -1;
  static constexpr int earlier = -2;  // an earlier grid
  moment written_at = 0;
  int block = nobody;
  int thread = -1;
};

/// One warp's part of a multiplication by a warpgroup, under way.
struct product_flight {
  std::vector<std::uint32_t> words;  // of shared memory, read
  std::size_t sums;                  // which of the warp's
  std::function<void()> compute;     // null: it has
};
/// Sums of a warp that belong to multiplications under way.
struct sums_in_flight {
  std::array<void*, 32> registers;    // words
  std::vector<std::uint32_t> values;  // their bits, of each element of 16 rows
  int columns;
  int products = 0;
};

struct warp {
  std::vector<sums_in_flight> sums;
  std::vector<product_flight> open;
  std::deque<std::vector<product_flight>> groups;
  bool fenced = false;                // since the last wait
  std::vector<std::string> products;  // what it has multiplied: the same as its three neighbours
  const char* instruction = nullptr;
  site where{"", 0};
  int arrived = 0;
  std::array<void*, 32> arguments;
  moment sync_time = 0;
};

/// A barrier of eight bytes of shared memory.
struct phase_barrier {
  std::int64_t arrivals = 0;  // of each phase
  std::int64_t missing = 0;
  std::int64_t bytes = 0;  // expected and not come
  unsigned phase = 0;
  int creator = 0;
  moment created_at = 0;
  std::vector<moment> arriving;  // what has been released in this phase,
  std::vector<moment> released;  // and in those that have ended
  std::vector<thread*> waiting;
};
/// A barrier of some threads.
struct part_barrier {
  std::vector<thread*> threads;
  site where{"", 0};
};

struct block {
  std::map<std::uint32_t, phase_barrier> phases;
  std::map<int, part_barrier> parts;  // by the number of threads
  int index = 0;
  bool running = false;
  std::vector<thread> threads;
  std::vector<warp> warps;
  std::vector<unsigned char> memory;
  std::vector<shadow_word> shadow;
  int at_barrier = 0;
  site barrier{"", 0};
  moment barrier_time = 0;
  int left = 0;
  std::vector<moment> acquired;
};

/// A copy by the engine on its way.
struct slab_flight {
  emulator::block* block;
  std::uint32_t to;
  bsr::gpu::slab_source from;
  std::int64_t x, y, z;
  std::uint32_t barrier;
};

/// Global memory.
struct range {
  enum class kind { input, output, exchange };
  const unsigned char* begin;
  const unsigned char* end;
  kind what;
  std::vector<std::uint8_t> written;     // output: how often each byte was
  std::vector<exchange_word> exchanged;  // exchange: each word
};

class machine {
 public:
  /// Shared memory does not begin at 0, as it does not on the device.
  static constexpr std::uint32_t shared_base = 1024;

  explicit machine(settings s) : how_(s), random_(s.seed) {}
  machine(const machine&) = delete;

  template <class T>
  void add_input(const T* data, std::int64_t n) {
    add(data, n * static_cast<std::int64_t>(sizeof(T)), range::kind::input);
  }
  template <class T>
  void add_output(const T* data, std::int64_t n) {
    add(data, n * static_cast<std::int64_t>(sizeof(T)), range::kind::output);
  }
  template <class T>
  void add_exchange(const T* data, std::int64_t n) {
    add(data, n * static_cast<std::int64_t>(sizeof(T)), range::kind::exchange);
  }
  /// How often the element at an address of an output was written.
  template <class T>
  int times_written(const T* element) const {
    for (const range& r : ranges_)
      if (r.what == range::kind::output && inside(r, element, sizeof(T)))
        return r.written[static_cast<std::size_t>(reinterpret_cast<const unsigned char*>(element) - r.begin)];
    return 0;
  }

  /// This run does one thing wrong.
  void mutate(const mutation* m) { mutation_ = m; }
  /// This run lists what could be done wrong.
  void record(mutations* list) { list_ = list; }

  /// body(isa) for every thread of a grid, isa an Isa(thread&).
  template <class Isa, class Body>
  void run(grid_size size, const Body& body) {
    if (size.threads % 32 != 0 || size.threads < 32 || size.threads > 1024)
      throw emulation_error("a block of " + std::to_string(size.threads) + " threads");
    struct call {
      const Body* body;
    } arguments{&body};
    run_threads(
        size,
        [](thread& t, void* argument) {
          Isa isa(t);
          (*static_cast<call*>(argument)->body)(isa);
        },
        &arguments);
  }

  // ---- what instructions are made of ----------------------------------------------------------------------

  [[noreturn]] void fail(const thread& t, site at, const std::string& what) const {
    throw emulation_error("block " + std::to_string(t.block->index) + ", thread " + std::to_string(t.index) +
                          ", " + at.text() + ": " + what);
  }

  change changed(const char* instruction, site at, std::initializer_list<change> ways) {
    if (list_ != nullptr)
      for (const change way : ways) list_->insert({instruction, at.name(), at.line, way});
    return mutation_ != nullptr && mutation_->concerns(instruction, at) ? mutation_->how : change::none;
  }

  int blocks() const { return size_.blocks; }
  moment now() const { return now_; }
  moment tick() { return ++now_; }

  void wait(thread& t, const char* what, site at) {
    if (aborting_) throw aborted{};
    t.waits_for = what;
    t.where = at;
    t.run.pause();
    if (aborting_) throw aborted{};
  }
  void wake(thread& t) { ready_.push_back(&t); }

  /// Sometimes lets others go first.
  void hesitate(thread& t, site at) {
    if (how_.order != order::random || random_() % 8 != 0) return;
    wake(t);
    wait(t, "its turn", at);
  }

  /// What one lane knows, all of its warp know.
  void share_knowledge(const thread& t) {
    const auto first = static_cast<std::size_t>(t.index / 32 * 32);
    std::vector<moment> all;
    for (std::size_t lane = first; lane < first + 32; ++lane) merge(all, t.block->threads[lane].known);
    if (all.empty()) return;
    for (std::size_t lane = first; lane < first + 32; ++lane) t.block->threads[lane].known = all;
  }

  /// The last lane of a warp to arrive acts for all.
  template <class Argument, class Act>
  void together(thread& t, const char* instruction, site at, Argument* argument, const Act& act) {
    warp& w = t.block->warps[static_cast<std::size_t>(t.index / 32)];
    if (w.arrived == 0) {
      w.instruction = instruction;
      w.where = at;
    } else if (std::strcmp(w.instruction, instruction) != 0 || w.where.line != at.line) {
      fail(t, at,
           std::string("the warp is divided: this lane does ") + instruction + ", others do " +
               w.instruction + " at " + w.where.text());
    }
    w.arguments[static_cast<std::size_t>(t.index % 32)] = argument;
    if (++w.arrived < 32) {
      wait(t, instruction, at);
      return;
    }
    w.arrived = 0;
    tick();
    std::array<Argument*, 32> arguments;
    for (std::size_t lane = 0; lane < 32; ++lane) arguments[lane] = static_cast<Argument*>(w.arguments[lane]);
    act(arguments, w);
    const int first = t.index / 32 * 32;
    for (int lane = 0; lane < 32; ++lane)
      if (first + lane != t.index) wake(t.block->threads[static_cast<std::size_t>(first + lane)]);
  }

  void barrier(thread& t, site at) {
    block& b = *t.block;
    if (b.at_barrier == 0)
      b.barrier = at;
    else if (b.barrier.line != at.line)
      fail(t, at, "this barrier meets others that wait at " + b.barrier.text());
    if (++b.at_barrier < static_cast<int>(b.threads.size())) {
      wait(t, "sync", at);
      return;
    }
    b.at_barrier = 0;
    b.barrier_time = now();
    tick();
    for (thread& other : b.threads) {
      merge(b.acquired, other.acquired);
      if (&other != &t) wake(other);
    }
  }

  // Shared memory.

  unsigned char* shared(const thread& t, site at, std::uint32_t address, int bytes) const {
    const std::uint32_t from = address - shared_base;
    if (address < shared_base || from + static_cast<std::uint32_t>(bytes) > t.block->memory.size())
      fail(t, at,
           "byte " + std::to_string(static_cast<std::int64_t>(address) - shared_base) + " of " +
               std::to_string(t.block->memory.size()) + " bytes of shared memory");
    if (address % static_cast<std::uint32_t>(bytes) != 0)
      fail(t, at,
           std::to_string(bytes) + " bytes of shared memory at byte " + std::to_string(from) +
               ", which is no multiple of that");
    return t.block->memory.data() + from;
  }
  const unsigned char* read_shared(const thread& t, site at, std::uint32_t address, int bytes) {
    const unsigned char* const data = shared(t, at, address, bytes);
    for (int n = 0; n < bytes; n += 4) {
      shadow_word& w = word(t, address + static_cast<std::uint32_t>(n));
      if (w.writer < 0) fail(t, at, "nobody has written shared memory at " + byte(address, n));
      if (w.in_flight) fail(t, at, "reads a copy under way, shared memory at " + byte(address, n));
      if (!ordered(t, w.writer, w.written_at))
        fail(t, at,
             "no barrier since thread " + std::to_string(w.writer) + " wrote shared memory at " +
                 byte(address, n));
      add_reader(w, t.index);
    }
    return data;
  }
  unsigned char* write_shared(const thread& t, site at, std::uint32_t address, int bytes, bool in_flight) {
    unsigned char* const data = shared(t, at, address, bytes);
    for (int n = 0; n < bytes; n += 4) {
      shadow_word& w = word(t, address + static_cast<std::uint32_t>(n));
      if (w.in_flight) fail(t, at, "writes where a copy is under way, shared memory at " + byte(address, n));
      if (w.multiplied > 0)
        fail(t, at, "writes what a multiplication under way reads, shared memory at " + byte(address, n));
      if (t.block->phases.count((address + static_cast<std::uint32_t>(n)) & ~7u) != 0)
        fail(t, at, "writes over a barrier, shared memory at " + byte(address, n));
      if (w.writer >= 0 && !ordered(t, w.writer, w.written_at))
        fail(t, at,
             "no barrier since thread " + std::to_string(w.writer) + " wrote shared memory at " +
                 byte(address, n));
      check_readers(t, at, w, address, n);
      w.writer = t.index;
      w.written_at = now();
      w.in_flight = in_flight;
      w.reader_count = 0;
      w.more_readers.clear();
    }
    return data;
  }

  // Asynchronous copies.

  void begin_flight(thread& t, const flight& f) {
    t.open.push_back(f);
    if (how_.timing == timing::early || (how_.timing == timing::random && random_() % 2 == 0))
      land(t, t.open.back());
  }
  void close_group(thread& t) {
    t.groups.push_back(std::move(t.open));
    t.open.clear();
    if (how_.timing == timing::random)
      for (auto& group : t.groups)
        for (flight& f : group)
          if (random_() % 4 == 0) land(t, f);
  }
  void wait_groups(thread& t, int left) {
    while (static_cast<int>(t.groups.size()) > left) {
      for (flight& f : t.groups.front()) {
        land(t, f);
        for (int n = 0; n < f.bytes; n += 4) {
          shadow_word& w = word(t, f.to + static_cast<std::uint32_t>(n));
          w.in_flight = false;
          w.written_at = now();
        }
      }
      t.groups.pop_front();
    }
  }

  // Barriers that count.

  void phase_init(thread& t, site at, std::uint32_t address, std::uint32_t arrivals) {
    if (arrivals < 1 || arrivals >= 1u << 20)
      fail(t, at, "a barrier of " + std::to_string(arrivals) + " arrivals");
    std::memset(write_shared(t, at, address, 8, false), 0, 8);
    phase_barrier b;
    b.arrivals = b.missing = arrivals;
    b.creator = t.index;
    b.created_at = now();
    t.block->phases[address] = b;
  }
  /// Arrives, and lets the phase wait for so many bytes more.
  void phase_arrive(thread& t, site at, std::uint32_t address, std::int64_t bytes) {
    phase_barrier& b = phase_of(t, at, address);
    if (b.missing == 0) fail(t, at, "more arrivals at a barrier than it has been made for");
    b.bytes += bytes;
    --b.missing;
    // What the thread did, what it knows that others did, and its warp up to the last barrier of the warp.
    merge(b.arriving, t.known);
    release_own(t, b.arriving);
    tick();
    end_phase(b);
  }
  void phase_wait(thread& t, site at, std::uint32_t address, std::uint32_t parity) {
    for (;;) {
      phase_barrier& b = phase_of(t, at, address);
      if ((b.phase & 1) != parity) {
        merge(t.known, b.released);
        return;
      }
      b.waiting.push_back(&t);
      wait(t, "phase_wait", at);
    }
  }
  void fence_async(thread& t) {
    t.fenced_at = now();
    tick();
  }

  /// Of `count` threads, always the same ones.
  void part_barrier_of(thread& t, site at, int count) {
    part_barrier& b = t.block->parts[count];
    if (b.threads.empty())
      b.where = at;
    else if (b.where.line != at.line)
      fail(t, at, "this barrier meets others that wait at " + b.where.text());
    b.threads.push_back(&t);
    if (static_cast<int>(b.threads.size()) < count) {
      wait(t, "sync_some", at);
      return;
    }
    std::vector<moment> all, acquired;
    for (thread* const each : b.threads) {
      merge(all, each->known);
      merge(acquired, each->acquired);
      release_own(*each, all);
    }
    for (thread* const each : b.threads) {
      each->known = all;
      each->acquired = acquired;
      each->part_time = now();
      if (each != &t) wake(*each);
    }
    b.threads.clear();
    tick();
  }

  // The copy engine.

  void begin_slab(thread& t, site at, std::uint32_t to, const bsr::gpu::slab_source& from,
                  std::uint32_t barrier, int x, int y, int z) {
    const int bytes = from.box.line;
    if (bytes != 32 && bytes != 64 && bytes != 128) fail(t, at, "copies lines that have no exchange");
    if (from.box.lines < 8 || from.box.lines > 256 || from.box.lines % 8 != 0)
      fail(t, at, "copies " + std::to_string(from.box.lines) + " lines");
    if (to % static_cast<std::uint32_t>(8 * bytes) != 0)
      fail(t, at, "copies a slab to no multiple of " + std::to_string(8 * bytes) + " bytes");
    if (reinterpret_cast<std::uintptr_t>(from.data) % 16 != 0 || from.strides[0] % 16 != 0 ||
        from.strides[1] % 16 != 0 || from.strides[0] < from.element_bytes * from.sizes[0])
      fail(t, at, "copies a slab of what is not aligned to 16 bytes");
    if (x < 0 || y < 0 || z < 0 || x * from.element_bytes % 16 != 0)
      fail(t, at, "copies a slab that begins nowhere");
    const phase_barrier& b = phase_of(t, at, barrier);
    if (!fenced(t, b.creator, b.created_at)) fail(t, at, "no fence since the barrier was made");
    for (int line = 0; line < from.box.lines && y + line < from.sizes[1] && z < from.sizes[2]; ++line)
      check_input(t, at, element(from, x, y + line, z), static_cast<int>(width(from, x)));
    for (int n = 0; n < from.box.lines * bytes; n += 16)
      std::memset(write_shared(t, at, to + static_cast<std::uint32_t>(n), 16, true), 0xff, 16);
    slabs_.push_back({t.block, to, from, x, y, z, barrier});
    if (how_.timing == timing::early || (how_.timing == timing::random && random_() % 4 == 0)) land_slab();
  }

  // Multiplications by warpgroups.

  /// Words of shared memory that a multiplication of this thread's warp reads from now on.
  void begin_reading(const thread& t, site at, const std::vector<std::uint32_t>& words) {
    for (const std::uint32_t address : words) {
      (void)shared(t, at, address, 4);
      shadow_word& w = word(t, address);
      if (w.writer < 0) fail(t, at, "nobody has written shared memory at " + byte(address, 0));
      if (w.in_flight) fail(t, at, "multiplies a copy under way, shared memory at " + byte(address, 0));
      if (!ordered(t, w.writer, w.written_at))
        fail(t, at, "no barrier since shared memory was written at " + byte(address, 0));
      if (w.writer < static_cast<int>(t.block->threads.size()) && !fenced(t, w.writer, w.written_at))
        fail(t, at,
             "no fence since thread " + std::to_string(w.writer) + " wrote shared memory at " +
                 byte(address, 0));
      ++w.multiplied;
    }
  }
  /// Its first lane is told that they have been read.
  void end_reading(const thread& t, const std::vector<std::uint32_t>& words) {
    for (const std::uint32_t address : words) {
      shadow_word& w = word(t, address);
      --w.multiplied;
      add_reader(w, t.index / 32 * 32);
    }
  }
  /// Whether a multiplication is computed when it begins; else when it is waited for.
  bool at_once() {
    return how_.timing == timing::early || (how_.timing == timing::random && random_() % 2 == 0);
  }

  // Global memory.

  void check_input(const thread& t, site at, const void* address, int bytes) {
    if (bytes == 0) return;
    const range* const r = find(address, bytes);
    if (r == nullptr || r->what != range::kind::input)
      fail(t, at, "reads " + std::to_string(bytes) + " bytes of global memory that are no input");
  }
  void check_own(const thread& t, site at, const void* address, int bytes) {
    const range* const r = find(address, bytes);
    if (r == nullptr || r->what == range::kind::exchange)
      fail(t, at,
           "reads " + std::to_string(bytes) + " bytes of global memory that are neither input nor result");
    if (r->what == range::kind::input) return;
    const auto offset = static_cast<std::size_t>(static_cast<const unsigned char*>(address) - r->begin);
    for (int n = 0; n < bytes; ++n)
      if (r->written[offset + static_cast<std::size_t>(n)] > 0)
        fail(t, at, "reads an element of the result that has been written");
  }
  void check_exchanged(const thread& t, site at, const void* address, int bytes) {
    range* const r = find(address, bytes);
    if (r == nullptr || r->what != range::kind::exchange)
      fail(t, at, "reads global memory that is not shared between blocks");
    for (int n = 0; n < bytes; n += 4) {
      const exchange_word& w = exchanged(*r, address, n);
      if (w.block == exchange_word::nobody) fail(t, at, "nobody has written this global memory");
      if (!visible(t, w)) fail(t, at, "block " + std::to_string(w.block) + " has not released what is read");
    }
  }
  void store(const thread& t, site at, const void* address, int bytes) {
    range* const r = find(address, bytes);
    if (r == nullptr || r->what == range::kind::input)
      fail(t, at, "writes " + std::to_string(bytes) + " bytes of global memory that are no output");
    const auto offset = static_cast<std::size_t>(static_cast<const unsigned char*>(address) - r->begin);
    if (r->what == range::kind::output) {
      for (int n = 0; n < bytes; ++n)
        if (++r->written[offset + static_cast<std::size_t>(n)] > 1)
          fail(t, at, "writes an element of the result a second time");
      return;
    }
    for (int n = 0; n < bytes; n += 4) {
      exchange_word& w = exchanged(*r, address, n);
      if (!visible(t, w))
        fail(t, at, "writes what block " + std::to_string(w.block) + " wrote and has not released");
      w = {now(), t.block->index, t.index};
    }
  }
  std::uint32_t exchange_count(thread& t, site at, std::uint32_t* counter, std::uint32_t add) {
    range* const r = find(counter, 4);
    if (r == nullptr || r->what != range::kind::exchange)
      fail(t, at, "counts in global memory that is not shared between blocks");
    auto& clock = clocks_[counter];
    merge(clock, t.block->acquired);
    merge(clock, t.acquired);
    std::vector<moment> own(static_cast<std::size_t>(t.block->index) + 1);
    // A barrier of some threads releases for all: only those that took part write such memory.
    own.back() = std::max(t.block->barrier_time, t.part_time);
    merge(clock, own);
    merge(t.acquired, clock);
    exchanged(*r, counter, 0) = {now(), t.block->index, t.index};
    const std::uint32_t before = *counter;
    *counter += add;
    return before;
  }
  /// A counter's last value is known to whom it told.
  bool visible(const thread& t, const exchange_word& w) const {
    if (w.block < 0) return true;
    if (w.block == t.block->index) return ordered(t, w.thread, w.written_at);
    const auto of = [&](const std::vector<moment>& clock) {
      const auto b = static_cast<std::size_t>(w.block);
      return b < clock.size() ? clock[b] : 0;
    };
    return w.written_at <= std::max(of(t.acquired), of(t.block->acquired));
  }

 private:
  struct aborted {};
  using thread_body = void (*)(thread&, void*);

  void add(const void* data, std::int64_t bytes, range::kind what) {
    const auto* const begin = static_cast<const unsigned char*>(data);
    range r{begin, begin + bytes, what, {}, {}};
    if (what == range::kind::output) r.written.resize(static_cast<std::size_t>(bytes));
    if (what == range::kind::exchange) r.exchanged.resize(static_cast<std::size_t>(bytes / 4));
    ranges_.push_back(std::move(r));
  }
  static bool inside(const range& r, const void* address, std::size_t bytes) {
    const auto* const at = static_cast<const unsigned char*>(address);
    return at >= r.begin && at + bytes <= r.end;
  }
  range* find(const void* address, int bytes) {
    for (std::size_t n = 0; n < ranges_.size(); ++n) {
      range& r = ranges_[(last_found_ + n) % ranges_.size()];
      if (!inside(r, address, static_cast<std::size_t>(bytes))) continue;
      last_found_ = (last_found_ + n) % ranges_.size();
      return &r;
    }
    return nullptr;
  }
  static exchange_word& exchanged(range& r, const void* address, int n) {
    return r
        .exchanged[static_cast<std::size_t>(static_cast<const unsigned char*>(address) - r.begin + n) / 4];
  }
  static void merge(std::vector<moment>& into, const std::vector<moment>& from) {
    if (into.size() < from.size()) into.resize(from.size());
    for (std::size_t i = 0; i < from.size(); ++i) into[i] = std::max(into[i], from[i]);
  }

  static std::string byte(std::uint32_t address, int n) {
    return "byte " + std::to_string(static_cast<std::int64_t>(address) + n - shared_base);
  }
  static shadow_word& word(const thread& t, std::uint32_t address) {
    return t.block->shadow[(address - shared_base) / 4];
  }
  /// Whether what a thread of the block did at a moment comes before anything this one does from now on.
  static bool ordered(const thread& t, int other, moment when) {
    return other == t.index || when <= t.block->barrier_time ||
           (static_cast<std::size_t>(other) < t.known.size() &&
            when <= t.known[static_cast<std::size_t>(other)]) ||
           (other / 32 == t.index / 32 &&
            when <= t.block->warps[static_cast<std::size_t>(t.index / 32)].sync_time);
  }
  /// Adds what a thread has done and what its warp did before the last barrier of the warp.
  void release_own(const thread& t, std::vector<moment>& to) const {
    to.resize(t.block->threads.size() + 1);
    const auto first = static_cast<std::size_t>(t.index / 32 * 32);
    const moment met = t.block->warps[static_cast<std::size_t>(t.index / 32)].sync_time;
    for (std::size_t lane = 0; lane < 32; ++lane) to[first + lane] = std::max(to[first + lane], met);
    to[static_cast<std::size_t>(t.index)] = now();
  }
  /// Whether a thread's write is there for the copy engine and for wgmma, at the order of this one.
  static bool fenced(const thread& t, int writer, moment when) {
    return t.block->threads[static_cast<std::size_t>(writer)].fenced_at >= when || t.fenced_at >= when;
  }
  phase_barrier& phase_of(const thread& t, site at, std::uint32_t address) {
    const auto found = t.block->phases.find(address);
    if (found == t.block->phases.end()) fail(t, at, "there is no barrier at " + byte(address, 0));
    if (!ordered(t, found->second.creator, found->second.created_at))
      fail(t, at, "no barrier of the block since this one was made");
    return found->second;
  }
  void end_phase(phase_barrier& b) {
    if (b.missing > 0 || b.bytes != 0) return;
    b.missing = b.arrivals;
    ++b.phase;
    merge(b.released, b.arriving);
    b.arriving.clear();
    for (thread* const each : b.waiting) wake(*each);
    b.waiting.clear();
    tick();
  }
  static const unsigned char* element(const bsr::gpu::slab_source& s, std::int64_t x, std::int64_t y,
                                      std::int64_t z) {
    return static_cast<const unsigned char*>(s.data) + s.element_bytes * x + y * s.strides[0] +
           z * s.strides[1];
  }
  /// Bytes of a line of a slab that begins at x.
  static std::int64_t width(const bsr::gpu::slab_source& s, std::int64_t x) {
    return std::clamp<std::int64_t>(s.element_bytes * (s.sizes[0] - x), 0, s.box.line);
  }
  /// One of the engine's copies comes: the last that began, or any.
  void land_slab() {
    std::swap(slabs_.back(),
              slabs_[how_.timing == timing::random ? random_() % slabs_.size() : slabs_.size() - 1]);
    const slab_flight f = slabs_.back();
    slabs_.pop_back();
    block& b = *f.block;
    const auto engine = b.threads.size();
    const auto line_bytes = static_cast<std::uint32_t>(f.from.box.line);
    for (int line = 0; line < f.from.box.lines; ++line) {
      unsigned char bytes[128] = {};
      if (f.y + line < f.from.sizes[1] && f.z < f.from.sizes[2] && width(f.from, f.x) > 0)
        std::memcpy(bytes, element(f.from, f.x, f.y + line, f.z),
                    static_cast<std::size_t>(width(f.from, f.x)));
      for (std::uint32_t n = 0; n < line_bytes; n += 4) {
        // Bits 4 to 6 of an address are exchanged by bits 7 to 9; of shorter lines, the lower of them.
        const std::uint32_t plain = f.to + static_cast<std::uint32_t>(line) * line_bytes + n;
        const std::uint32_t to = plain ^ (plain >> 3 & (line_bytes - 16));
        std::uint32_t word;
        std::memcpy(&word, bytes + n, 4);
        if (f.from.element_bytes == 4) word = round_to_tf32(word);
        std::memcpy(b.memory.data() + (to - shared_base), &word, 4);
        shadow_word& w = b.shadow[(to - shared_base) / 4];
        w.in_flight = false;
        w.writer = static_cast<int>(engine);
        w.written_at = now();
      }
    }
    phase_barrier& barrier = b.phases.at(f.barrier);
    barrier.bytes -= std::int64_t{f.from.box.lines} * f.from.box.line;
    barrier.arriving.resize(engine + 1);
    barrier.arriving[engine] = now();
    tick();
    end_phase(barrier);
  }
  void add_reader(shadow_word& w, int index) {
    for (int i = 0; i < w.reader_count; ++i)
      if (w.readers[static_cast<std::size_t>(i)].thread == index) {
        w.readers[static_cast<std::size_t>(i)].when = now();
        return;
      }
    if (w.reader_count < w.readers.size()) {
      w.readers[w.reader_count++] = {now(), index};
      return;
    }
    for (auto& r : w.more_readers)
      if (r.thread == index) {
        r.when = now();
        return;
      }
    w.more_readers.push_back({now(), index});
  }
  void check_readers(const thread& t, site at, const shadow_word& w, std::uint32_t address, int n) const {
    const auto check = [&](const shadow_word::reader& r) {
      if (!ordered(t, r.thread, r.when))
        fail(t, at,
             "no barrier since thread " + std::to_string(r.thread) + " read shared memory at " +
                 byte(address, n));
    };
    for (int i = 0; i < w.reader_count; ++i) check(w.readers[static_cast<std::size_t>(i)]);
    for (const auto& r : w.more_readers) check(r);
  }
  void land(const thread& t, flight& f) {
    if (f.landed) return;
    unsigned char* const to = t.block->memory.data() + (f.to - shared_base);
    if (f.valid > 0) std::memcpy(to, f.from, static_cast<std::size_t>(f.valid));
    std::memset(to + f.valid, 0, static_cast<std::size_t>(f.bytes - f.valid));
    f.landed = true;
  }

  static void begin_thread(void* argument) {
    thread& t = *static_cast<thread*>(argument);
    machine& m = *t.owner;
    try {
      m.body_(t, m.body_argument_);
      if (!t.open.empty() ||
          std::any_of(t.groups.begin(), t.groups.end(), [](const auto& g) { return !g.empty(); }))
        m.fail(t, t.where, "leaves with copies under way");
    } catch (const aborted&) {
    } catch (const std::exception& e) {
      if (m.error_.empty()) m.error_ = e.what();
    }
    t.done = true;
    ++t.block->left;
    t.run.pause();
  }

  void start_block(block& b, int index, grid_size size) {
    b.index = index;
    b.running = true;
    b.threads.resize(static_cast<std::size_t>(size.threads));
    b.warps.assign(static_cast<std::size_t>(size.threads / 32), {});
    b.memory.assign(static_cast<std::size_t>(size.shared_bytes + 3) / 4 * 4, 0xff);
    b.shadow.assign(b.memory.size() / 4, {});
    b.phases.clear();
    b.parts.clear();
    b.at_barrier = 0;
    b.barrier_time = 0;
    b.left = 0;
    b.acquired.clear();
    for (int i = 0; i < size.threads; ++i) {
      thread& t = b.threads[static_cast<std::size_t>(i)];
      t.owner = this;
      t.block = &b;
      t.index = i;
      t.done = false;
      t.open.clear();
      t.groups.clear();
      t.acquired.clear();
      t.known.clear();
      t.fenced_at = 0;
      t.part_time = 0;
      const auto slot = static_cast<std::size_t>(&b - blocks_.data());
      t.run.start(stacks_[slot * static_cast<std::size_t>(size.threads) + static_cast<std::size_t>(i)],
                  &begin_thread, &t);
      ready_.push_back(&t);
    }
  }

  thread& next() {
    if (how_.order == order::random)
      std::swap(ready_.back(), ready_[static_cast<std::size_t>(random_() % ready_.size())]);
    if (how_.order != order::forward) {
      thread* const t = ready_.back();
      ready_.pop_back();
      return *t;
    }
    thread* const t = ready_.front();
    ready_.pop_front();
    return *t;
  }

  void run_threads(grid_size size, thread_body body, void* argument) {
    size_ = size;
    body_ = body;
    body_argument_ = argument;
    error_.clear();
    ready_.clear();
    clocks_.clear();
    slabs_.clear();
    for (range& r : ranges_) {
      std::fill(r.written.begin(), r.written.end(), std::uint8_t{0});
      for (exchange_word& w : r.exchanged)
        if (w.block >= 0) w.block = exchange_word::earlier;
    }
    std::vector<int> waiting;
    for (int i = size.blocks; i-- > 0;) waiting.push_back(i);
    if (how_.order == order::reverse) std::reverse(waiting.begin(), waiting.end());
    if (how_.order == order::random) std::shuffle(waiting.begin(), waiting.end(), random_);
    blocks_ = std::vector<block>(static_cast<std::size_t>(std::min(how_.resident, size.blocks)));
    const auto fill = [&](block& b) {
      b.running = false;
      if (waiting.empty()) return;
      start_block(b, waiting.back(), size);
      waiting.pop_back();
    };
    for (block& b : blocks_) fill(b);
    while (error_.empty() &&
           std::any_of(blocks_.begin(), blocks_.end(), [](const block& b) { return b.running; })) {
      // Nobody can go on: a copy comes at last.
      while (ready_.empty() && !slabs_.empty()) land_slab();
      if (ready_.empty()) {
        error_ = deadlock();
        break;
      }
      if (how_.timing == timing::random && !slabs_.empty() && random_() % 64 == 0) land_slab();
      thread& t = next();
      t.run.resume();
      if (!t.done || t.block->left != size.threads) continue;
      if (error_.empty()) error_ = left_behind(*t.block);
      fill(*t.block);
    }
    if (error_.empty()) return;
    // Whatever the others hold on their stacks is given back.
    aborting_ = true;
    for (block& b : blocks_)
      for (thread& t : b.threads)
        if (b.running && !t.done) t.run.resume();
    aborting_ = false;
    ready_.clear();
    throw emulation_error(error_);
  }

  /// What is wrong with a block whose threads have all left, or "".
  std::string left_behind(const block& b) const {
    const std::string name = "block " + std::to_string(b.index);
    for (const slab_flight& f : slabs_)
      if (f.block == &b) return name + " leaves with copies by the engine under way";
    for (std::size_t n = 0; n < b.warps.size(); ++n) {
      if (!b.warps[n].open.empty() || !b.warps[n].groups.empty())
        return name + " leaves with multiplications under way";
      if (b.warps[n].products != b.warps[n / 4 * 4].products)
        return name + ": the warps of a warpgroup have multiplied different things";
    }
    return "";
  }

  std::string deadlock() const {
    std::map<std::string, int> reasons;
    for (const block& b : blocks_)
      for (const thread& t : b.threads)
        if (b.running)
          ++reasons["block " + std::to_string(b.index) +
                    (t.done ? ": have left"
                            : std::string(": wait for ") + t.waits_for + " at " + t.where.text())];
    std::string text = "deadlock:";
    for (const auto& [reason, count] : reasons)
      text += " " + std::to_string(count) + " threads of " + reason + ";";
    text.back() = '.';
    return text;
  }

  settings how_;
  grid_size size_{0, 0, 0};
  std::mt19937 random_;
  moment now_ = 1;
  std::vector<range> ranges_;
  std::size_t last_found_ = 0;
  std::map<const void*, std::vector<moment>> clocks_;
  stacks stacks_;
  std::vector<block> blocks_;
  std::deque<thread*> ready_;
  std::vector<slab_flight> slabs_;
  thread_body body_ = nullptr;
  void* body_argument_ = nullptr;
  bool aborting_ = false;
  std::string error_;
  const mutation* mutation_ = nullptr;
  mutations* list_ = nullptr;
};

}  // namespace bsr_test::emulator
