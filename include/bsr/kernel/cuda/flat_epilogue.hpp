// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Epilogues as data, so that what g++ compiles can ask for what nvcc has compiled.
//
//   lower(list, e)      the steps of an epilogue of kernel/epilogue.hpp, whose operands are in device memory
//   flat_epilogue       what a kernel does with them
#include <cstdint>
#include <type_traits>

#include "bsr/base/error.hpp"
#include "bsr/base/half.hpp"
#include "bsr/base/target.hpp"
#include "bsr/kernel/cuda/runtime.hpp"
#include "bsr/kernel/epilogue.hpp"

namespace bsr::inline v0::inline BSR_TARGET::gpu {

/// What a number type is called in a call; `known` where the kernels have it.
template <class T>
struct element_of {
  static constexpr bool known = false;
};
template <gpu_runtime::element Element>
struct known_element {
  static constexpr bool known = true;
  static constexpr gpu_runtime::element value = Element;
};
template <>
struct element_of<float16> : known_element<gpu_runtime::element::float16> {};
template <>
struct element_of<bfloat16> : known_element<gpu_runtime::element::bfloat16> {};
template <>
struct element_of<float> : known_element<gpu_runtime::element::float32> {};
template <>
struct element_of<double> : known_element<gpu_runtime::element::float64> {};
template <>
struct element_of<std::int8_t> : known_element<gpu_runtime::element::int8> {};
template <>
struct element_of<std::int32_t> : known_element<gpu_runtime::element::int32> {};

/// Element `at` of an array, as a V.
template <class V>
BSR_HD V read_element(gpu_runtime::element type, const void* data, std::int64_t at) {
  switch (type) {
    case gpu_runtime::element::float16:
      return static_cast<V>(storage_detail::float16_value(static_cast<const std::uint16_t*>(data)[at]));
    case gpu_runtime::element::bfloat16:
      return static_cast<V>(storage_detail::bfloat16_value(static_cast<const std::uint16_t*>(data)[at]));
    case gpu_runtime::element::float32:
      return static_cast<V>(static_cast<const float*>(data)[at]);
    case gpu_runtime::element::float64:
      return static_cast<V>(static_cast<const double*>(data)[at]);
    case gpu_runtime::element::int8:
      return static_cast<V>(static_cast<const std::int8_t*>(data)[at]);
    case gpu_runtime::element::int32:
      return static_cast<V>(static_cast<const std::int32_t*>(data)[at]);
  }
  return V(0);
}

/// The steps one after the other; which ones there are is the same for all elements.
struct flat_epilogue {
  int steps;
  gpu_runtime::epilogue_step step[gpu_runtime::most_epilogue_steps];

  template <class V>
  BSR_HD V operator()(V v, std::int64_t i, std::int64_t j) const {
    using kind = gpu_runtime::epilogue_step::kind;
    for (int n = 0; n < steps; ++n) {
      const gpu_runtime::epilogue_step& s = step[n];
      switch (s.what) {
        case kind::scale:
          v = static_cast<V>(s.factor) * v;
          break;
        case kind::add_dense:
          if (s.factor != 0)
            v += static_cast<V>(s.factor) *
                 read_element<V>(s.type, s.data, i * s.row_stride + j * s.col_stride);
          break;
        case kind::add_per_row:
          v += read_element<V>(s.type, s.data, i * s.row_stride);
          break;
        case kind::add_per_col:
          v += read_element<V>(s.type, s.data, j * s.row_stride);
          break;
        case kind::relu:
          v = relu_function{}(v, i, j);
          break;
        case kind::gelu:
          if constexpr (std::is_floating_point_v<V>) v = gelu_function{}(v, i, j);
          break;
        case kind::silu:
          if constexpr (std::is_floating_point_v<V>) v = silu_function{}(v, i, j);
          break;
      }
    }
    return v;
  }
};

/// Steps that are being collected.
class epilogue_list {
 public:
  explicit epilogue_list(gpu_runtime::spmm_call& call) : call_(call) {}
  void add(const gpu_runtime::epilogue_step& s) {
    if (call_.steps == gpu_runtime::most_epilogue_steps)
      fail<error>("bsr: an epilogue on the device has up to ", gpu_runtime::most_epilogue_steps,
                  " steps, and this one has more.");
    call_.epilogue[call_.steps++] = s;
  }

 private:
  gpu_runtime::spmm_call& call_;
};

template <class E>
void lower(epilogue_list&, const E&) {
  static_assert(bsr::detail::never<E>,
                "bsr: on the device an epilogue consists of factors, addends, biases, relu, gelu and silu.");
}
inline void lower(epilogue_list&, const no_epilogue&) {}
template <class F, class G>
void lower(epilogue_list& list, const then<F, G>& e) {
  lower(list, e.f);
  lower(list, e.g);
}
template <class S>
void lower(epilogue_list& list, const scale_by<S>& e) {
  list.add({gpu_runtime::epilogue_step::kind::scale, {}, nullptr, 0, 0, static_cast<double>(e.factor)});
}
template <class View, class S>
void lower(epilogue_list& list, const add_dense<View, S>& e) {
  list.add({gpu_runtime::epilogue_step::kind::add_dense, element_of<typename View::value_type>::value,
            e.d.data(), e.d.row_stride(), e.d.col_stride(), static_cast<double>(e.beta)});
}
/// Of a vector y = a * x + beta * z: a matrix of one column.
template <class View, class S>
void lower(epilogue_list& list, const add_vector<View, S>& e) {
  list.add({gpu_runtime::epilogue_step::kind::add_dense, element_of<typename View::value_type>::value,
            e.z.data(), e.z.stride(), 0, static_cast<double>(e.beta)});
}
template <class View>
void lower(epilogue_list& list, const add_per_row<View>& e) {
  list.add({gpu_runtime::epilogue_step::kind::add_per_row, element_of<typename View::value_type>::value,
            e.values.data(), e.values.stride(), 0, 1});
}
template <class View>
void lower(epilogue_list& list, const add_per_col<View>& e) {
  list.add({gpu_runtime::epilogue_step::kind::add_per_col, element_of<typename View::value_type>::value,
            e.values.data(), e.values.stride(), 0, 1});
}
inline void lower(epilogue_list& list, const relu_function&) {
  list.add({gpu_runtime::epilogue_step::kind::relu, {}, nullptr, 0, 0, 1});
}
inline void lower(epilogue_list& list, const gelu_function&) {
  list.add({gpu_runtime::epilogue_step::kind::gelu, {}, nullptr, 0, 0, 1});
}
inline void lower(epilogue_list& list, const silu_function&) {
  list.add({gpu_runtime::epilogue_step::kind::silu, {}, nullptr, 0, 0, 1});
}

}  // namespace bsr::inline v0::inline BSR_TARGET::gpu
