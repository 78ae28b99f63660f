// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What stands between Python and the routines: functions of NumPy arrays, found by name and by the types of
// the elements and of the indices. Nothing here knows Python, and nothing computes, so that module.cpp, which
// knows Python, and types_*.cpp, which compute, stay apart.
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "bsr/storage.hpp"

/// A number type by NumPy's name: {'f', 8} is float64. {} is none.
struct type_name {
  char letter = ' ';
  int bytes = 0;
  auto operator<=>(const type_name&) const = default;
};
template <class T>
inline constexpr type_name name_of{bsr::scalar_traits<T>::npy_kind, bsr::scalar_traits<T>::npy_bytes};

/// A size, or the memory of an array.
struct argument {
  std::int64_t number = 0;
  void* data = nullptr;
  std::int64_t size = 0;
};

/// What a routine says about one argument. Sizes have no type.
struct parameter {
  type_name type;
  bool is_array = false;
  bool is_written = false;
};

/// A new sparse matrix: its three arrays, and who owns them.
struct sparse_result {
  std::shared_ptr<void> owner;
  bsr::dims shape, blocksize;
  type_name element, index;
  argument data, indices, indptr;
};

/// What a routine returns: nothing, when it writes into arrays of its caller, a number, or a matrix.
using outcome = std::variant<std::monostate, std::int64_t, sparse_result>;

/// A routine for one type of elements and one of indices.
struct overload {
  std::vector<parameter> parameters;
  void (*function)();  // of a type that only `call` knows
  outcome (*call)(void (*function)(), const argument* arguments);

  outcome operator()(const argument* arguments) const { return call(function, arguments); }
};

/// A routine for all types. The names are scipy's: Ax decides about the type of elements, Ap about that of
/// indices.
struct routine {
  std::vector<std::string> names;
  std::map<std::pair<type_name, type_name>, overload> overloads;

  /// Where an argument is; behind the last one if it is nowhere.
  std::size_t position(std::string_view name) const {
    std::size_t k = 0;
    while (k < names.size() && names[k] != name) ++k;
    return k;
  }
};

// What the parameters of a routine look like in C++.
using number = std::int64_t;
template <class T>
using in = std::span<const T>;
template <class T>
using out = std::span<T>;

/// All routines.
class registry {
 public:
  /// Adds a routine for its types. `names` are those of its parameters; when it returns a matrix, three
  /// arrays follow, into which scipy's form of the call copies the result. Elements of type Same arrive where
  /// the routine takes Stand_in, which must have the same size and, for what it computes, the same meaning.
  template <class Same, class Stand_in, class Result, class... Parameter>
  void add(const char* name, const char* names, Result (*f)(Parameter...)) {
    static constexpr parameter parameters[] = {describe<Same, Stand_in, Parameter>()...};
    add_overload(name, names, parameters,
                 {{}, reinterpret_cast<void (*)()>(f), &unpack<Same, Stand_in, Result, Parameter...>});
  }

  const std::map<std::string, routine>& routines() const { return routines_; }

 private:
  void add_overload(const char* name, const char* names, std::span<const parameter> parameters, overload o);

  template <class Same, class Stand_in, class Parameter>
  static constexpr parameter describe() {
    if constexpr (std::is_same_v<Parameter, number>) {
      return {{}, false, false};
    } else {
      using T = typename Parameter::value_type;
      return {std::is_same_v<T, Stand_in> ? name_of<Same> : name_of<T>, true,
              !std::is_const_v<typename Parameter::element_type>};
    }
  }

  template <class Parameter>
  static Parameter convert(const argument& a) {
    if constexpr (std::is_same_v<Parameter, number>)
      return a.number;
    else
      return {static_cast<typename Parameter::pointer>(a.data), static_cast<std::size_t>(a.size)};
  }

  template <class Same, class Stand_in, class Result, class... Parameter>
  static outcome unpack(void (*function)(), const argument* arguments) {
    const auto f = reinterpret_cast<Result (*)(Parameter...)>(function);
    const auto with = [&]<std::size_t... K>(std::index_sequence<K...>) {
      return f(convert<Parameter>(arguments[K])...);
    };
    constexpr auto positions = std::index_sequence_for<Parameter...>();
    if constexpr (std::is_void_v<Result>) {
      with(positions);
      return {};
    } else if constexpr (std::is_same_v<Result, number>) {
      return with(positions);
    } else {
      sparse_result made = keep(with(positions));
      if (made.element == name_of<Stand_in>) made.element = name_of<Same>;
      return made;
    }
  }

  /// Moves a matrix to where it can stay, and shows its arrays.
  template <class Matrix>
  static sparse_result keep(Matrix&& made) {
    const auto owner = std::make_shared<Matrix>(std::move(made));
    bsr::dims blocksize(1, 1);
    if constexpr (bsr::sparse_like<Matrix&>) blocksize = owner->blocksize();
    const auto show = [](auto array) {
      return argument{0, array.data(), static_cast<std::int64_t>(array.size())};
    };
    return {owner,
            owner->shape(),
            blocksize,
            name_of<typename Matrix::value_type>,
            name_of<typename Matrix::index_type>,
            show(owner->data()),
            show(owner->indices()),
            show(owner->indptr())};
  }

  std::map<std::string, routine> routines_;
};
