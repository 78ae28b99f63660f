// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <bsr/bsr.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "structure/message.hpp"
#include "structure/partner.hpp"

namespace bench {

class operand_base;

/// Operands that belong together.
class operand_set {
 public:
  operand_set() = default;
  operand_set(const operand_set&) = delete;
  operand_set& operator=(const operand_set&) = delete;
  virtual ~operand_set() = default;
  /// Forgets their values; they are made again when they are needed again.
  void drop();

 private:
  friend operand_base;
  std::vector<operand_base*> all_;
};

/// An operand: made when somebody needs it, and known to scipy's process under its name once it was sent.
class operand_base {
 public:
  operand_base(operand_set& set, std::string name) : name_(std::move(name)) { set.all_.push_back(this); }
  operand_base(const operand_base&) = delete;
  operand_base& operator=(const operand_base&) = delete;
  virtual ~operand_base() = default;
  const std::string& name() const { return name_; }
  void send_to(partner& scipy) {
    if (!sent_) scipy.send(name_, describe_value());
    sent_ = true;
  }
  void drop() {
    drop_value();
    sent_ = false;
  }

 protected:
  virtual message describe_value() = 0;
  virtual void drop_value() = 0;

 private:
  std::string name_;
  bool sent_ = false;
};

inline void operand_set::drop() {
  for (operand_base* one : all_) one->drop();
}

template <class V>
class operand final : public operand_base {
 public:
  operand(operand_set& set, std::string name, std::function<V()> make)
      : operand_base(set, std::move(name)), make_(std::move(make)) {}
  const V& get() {
    if (!value_) value_.emplace(make_());
    return *value_;
  }

 private:
  message describe_value() override { return describe(get()); }
  void drop_value() override { value_.reset(); }
  std::function<V()> make_;
  std::optional<V> value_;
};

/// Everything that points with elements of T and N x N blocks work on, at least 2^20 stored scalars each.
/// Values are multiples of 2^-11 in (-1, 1), none is 0; the same bits on every machine.
template <class T, int N>
struct operands : operand_set {
  using matrix = bsr::matrix<T, N, N>;
  operands();

  static constexpr int block_rows = ((1 << 20) / (16 * N * N) + 32) / 2 * 2;  // an even number

  operand<matrix> a, b;             // random places, 12 to 20 blocks a row, the same for both
  operand<matrix> o;                // about half of its blocks are at places of a
  operand<matrix> p;                // a's places, positive values
  operand<matrix> s, t;             // the places of a 27-point stencil
  operand<matrix> u;                // a, the blocks of a row in another order
  operand<matrix> twice;            // a's places, every second block in two halves
  operand<matrix> z;                // a, every second block is zero
  operand<matrix> q;                // one full block
  operand<bsr::matrix<T, 1, 1>> e;  // a's number of blocks, as elements: kron(e, q) is like a
  operand<bsr::csr<T>> c;
  operand<bsr::csc<T>> cc;
  operand<bsr::coo<T>> k;
  operand<bsr::dense_matrix<T>> dense;        // about 4096 x 4096, a tenth of the blocks is full
  operand<matrix> d;                          // the same
  operand<bsr::buffer<T>> rows, diagonal;     // a number for each row
  operand<bsr::buffer<std::int32_t>> picked;  // half of the block rows, in any order
};

}  // namespace bench
