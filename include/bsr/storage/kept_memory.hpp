// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Memory of large results that are gone, kept for those to come where a program asks for it. New pages cost
// as much as computing what goes there (docs/decisions/0025), and an allocator gives large pieces back to the
// system at once.
#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

#include "bsr/base/error.hpp"
#include "bsr/base/target.hpp"

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace bsr::inline v0::storage_detail {

/// A piece of memory, and how much it is.
struct memory_piece {
  void* data = nullptr;
  std::int64_t bytes = 0;
};

/// The pieces that are kept, the oldest first: one such list in a program. At most `most_pieces` and
/// `most_bytes` of all; pieces of less than `least_bytes` the allocator keeps by itself.
struct kept_memory {
  static constexpr int most_pieces = 8;
  static constexpr std::int64_t least_bytes = std::int64_t{1} << 20;
  static constexpr std::size_t alignment = 64;

  memory_piece pieces[most_pieces];
  int count = 0;
  std::int64_t total = 0;
  std::int64_t most_bytes = 0;  ///< as keep_memory() said
  bool busy = false;            ///< somebody looks at the list; nobody waits, who comes then does without
};
inline constinit kept_memory the_kept_memory;

}  // namespace bsr::inline v0::storage_detail

namespace bsr::inline v0::inline BSR_TARGET {
namespace detail {

/// Memory from operator new, aligned. In front of a large piece stands what new gave. operator new of an
/// alignment would do, but glibc before 2.38 asks itself for more there, and cuts off what is too much: where
/// a piece was freed there is no room for the next one of its size, which gets new pages.
class aligned_new {
  using piece = storage_detail::memory_piece;
  static constexpr std::size_t align = storage_detail::kept_memory::alignment;
  static constexpr bool is_large(std::int64_t bytes) {
    return bytes >= storage_detail::kept_memory::least_bytes;
  }

 public:
  /// nullptr where there is none.
  static void* try_get(std::int64_t bytes) noexcept {
    const auto size = static_cast<std::size_t>(bytes);
    if (!is_large(bytes)) return ::operator new(size, std::align_val_t{align}, std::nothrow);
    void* const all = ::operator new(size + align, std::nothrow);
    return all == nullptr ? nullptr : behind(all);
  }
  /// std::bad_alloc where there is none.
  static void* get(std::int64_t bytes) {
    const auto size = static_cast<std::size_t>(bytes);
    return is_large(bytes) ? behind(::operator new(size + align))
                           : ::operator new(size, std::align_val_t{align});
  }
  static void free(piece one) noexcept {
    if (is_large(one.bytes))
      ::operator delete(static_cast<void**>(one.data)[-1]);
    else
      ::operator delete(one.data, std::align_val_t{align});
  }

 private:
  /// The aligned place behind `all`, which it remembers: at least 8 bytes behind, because new aligns to as
  /// many.
  static void* behind(void* all) noexcept {
    char* const to = static_cast<char*>(all) + (align - reinterpret_cast<std::uintptr_t>(all) % align);
    reinterpret_cast<void**>(to)[-1] = all;
    return to;
  }
};

/// Access to the kept memory for a moment; `mine` says whether it was to be had.
class kept_memory_access {
  using piece = storage_detail::memory_piece;
  using kept_memory = storage_detail::kept_memory;

 public:
  kept_memory_access() : mine(!__atomic_test_and_set(&kept().busy, __ATOMIC_SEQ_CST)) {}
  kept_memory_access(const kept_memory_access&) = delete;
  kept_memory_access& operator=(const kept_memory_access&) = delete;
  ~kept_memory_access() {
    if (!mine) return;
    const std::int64_t total = kept().total;
    __atomic_clear(&kept().busy, __ATOMIC_SEQ_CST);
    // Who has set a new limit meanwhile has found the list in use.
    if (total > most_bytes()) apply_limit();
  }

  const bool mine;

  /// The smallest piece of `bytes`, or of a quarter more at most, leaves the list; none where there is none.
  piece take(std::int64_t bytes) {
    int best = -1;
    const auto look_at = [&](int k) {
      const std::int64_t size = kept().pieces[k].bytes;
      if (k < kept().count && size >= bytes && size - bytes <= bytes / 4 &&
          (best < 0 || size < kept().pieces[best].bytes))
        best = k;
    };
    [&]<int... K>(std::integer_sequence<int, K...>) {
      (look_at(K), ...);
    }(std::make_integer_sequence<int, kept_memory::most_pieces>());
    return best < 0 ? piece{} : take_out(best);
  }
  /// Puts a piece at the end, and gives back the oldest ones where it would be too much.
  void put(piece one) noexcept {
    kept_memory& k = kept();
    const std::int64_t room = most_bytes() - one.bytes;
    if (room < 0) return aligned_new::free(one);
    shrink(room, kept_memory::most_pieces - 1);
    k.pieces[k.count++] = one;
    k.total += one.bytes;
  }
  /// Gives back the oldest pieces until the others are so few.
  void shrink(std::int64_t bytes, int pieces) noexcept {
    if (kept().count == 0 || (kept().total <= bytes && kept().count <= pieces)) return;
    aligned_new::free(take_out(0));
    shrink(bytes, pieces);
  }
  static void limit(std::int64_t bytes) noexcept {
    __atomic_store_n(&kept().most_bytes, bytes, __ATOMIC_SEQ_CST);
    apply_limit();
  }
  /// Whether pieces of so many bytes are kept; a look without access.
  static bool keeps(std::int64_t bytes) noexcept {
    return bytes >= kept_memory::least_bytes && bytes <= most_bytes();
  }

 private:
  static kept_memory& kept() { return storage_detail::the_kept_memory; }
  static std::int64_t most_bytes() noexcept { return __atomic_load_n(&kept().most_bytes, __ATOMIC_SEQ_CST); }
  static void apply_limit() noexcept {
    kept_memory_access access;
    if (access.mine) access.shrink(most_bytes(), kept_memory::most_pieces);
  }
  static piece take_out(int k) noexcept {
    const piece one = kept().pieces[k];
    --kept().count;
    __builtin_memmove(kept().pieces + k, kept().pieces + k + 1,
                      static_cast<std::size_t>(kept().count - k) * sizeof(piece));
    kept().total -= one.bytes;
    return one;
  }
};

}  // namespace detail

/// Keeps memory in which large results lay that are gone for results to come: pieces of 1 MiB and more, the
/// newest eight at most, and `bytes` of all. A result takes a piece of its size or of a quarter more at most,
/// and needs no new pages, which the system has to clear. Every program begins with keep_memory(0): nothing
/// is kept; said later, it gives back what was. For all threads; any time. Throws error when bytes is
/// negative.
inline void keep_memory(std::int64_t bytes) {
  if (bytes < 0) fail<error>("bsr: keep_memory(", bytes, "): so many bytes cannot be kept.");
  detail::kept_memory_access::limit(bytes);
}

namespace detail {

/// Memory for n elements of `size` bytes, and how many bytes it has.
inline storage_detail::memory_piece allocate_elements(std::int64_t n, std::int64_t size) {
  std::int64_t bytes = 0;
  if (n < 0 || __builtin_mul_overflow(n, size, &bytes))
    fail<shape_error>("bsr: a buffer of ", n, " elements of ", size, " bytes cannot exist.");
  if (n == 0) return {};
  if (kept_memory_access::keeps(bytes)) {
    kept_memory_access access;
    const auto kept = access.mine ? access.take(bytes) : storage_detail::memory_piece{};
    if (kept.data != nullptr) return kept;
  }
  void* memory = aligned_new::try_get(bytes);
  if (memory == nullptr) {
    if (kept_memory_access access; access.mine) access.shrink(0, 0);
    memory = aligned_new::get(bytes);
  }
#if defined(__linux__)
  // Memory that is touched for the first time in pages of 4 KiB costs as much as computing what goes there:
  // 100 MB 32 ms, in huge pages 3 ms (Xeon, Emerald Rapids). A hint; nothing depends on it.
  if (bytes >= 4 << 20) {
    const auto first = (reinterpret_cast<std::uintptr_t>(memory) + 4095) & ~std::uintptr_t{4095};
    const auto last = (reinterpret_cast<std::uintptr_t>(memory) + static_cast<std::uintptr_t>(bytes)) &
                      ~std::uintptr_t{4095};
    (void)madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);
  }
#endif
  return {memory, bytes};
}

/// Frees what allocate_elements() returned, or keeps it.
inline void free_elements(storage_detail::memory_piece piece) noexcept {
  if (kept_memory_access::keeps(piece.bytes)) {
    kept_memory_access access;
    if (access.mine) return access.put(piece);
  }
  aligned_new::free(piece);
}

}  // namespace detail
}  // namespace bsr::inline v0::inline BSR_TARGET
