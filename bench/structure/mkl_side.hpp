// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace bench {

/// A matrix as MKL is given it: BSR with square blocks, CSR where `block` is 1.
struct mkl_operand {
  bool single;
  int rows, cols;  // in blocks
  int block;
  const std::int32_t* indptr;
  const std::int32_t* indices;
  const void* data;
};

/// One of MKL's sparse operations, ready to run.
class mkl_call {
 public:
  mkl_call() = default;
  mkl_call(const mkl_call&) = delete;
  mkl_call& operator=(const mkl_call&) = delete;
  virtual ~mkl_call() = default;
  /// The seconds of one call; its result is kept until the next.
  virtual double seconds() = 0;
  /// The last result, BSR or CSR. The arrays live until the next call.
  virtual mkl_operand result() = 0;
};

/// MKL lives in a module of its own, which is loaded if it is there.
class mkl_library {
 public:
  virtual std::string version() const = 0;
  /// `what` as in task::mkl; null if MKL has no such thing.
  virtual std::unique_ptr<mkl_call> prepare(const std::string& what, const std::vector<mkl_operand>& operands,
                                            int block) = 0;

 protected:
  ~mkl_library() = default;
};

}  // namespace bench

/// What the module exports.
extern "C" bench::mkl_library* bsr_bench_mkl_side();
