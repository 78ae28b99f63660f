// SPDX-License-Identifier: BSD-3-Clause
// The Python module `bsr`: takes NumPy arrays and scipy's BSR matrices apart, without copying, and calls the
// routines of routines.hpp.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstdint>
#include <cstring>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "registry.hpp"
#include "types.hpp"

namespace py = pybind11;

namespace {

const registry& all_routines() {
  static const registry all = [] {
    registry r;
    add_bytes(r);
    add_words(r);
    add_integers(r);
    add_long_integers(r);
    add_real(r);
    add_complex(r);
    add_extended(r);
    return r;
  }();
  return all;
}

// ---- arrays ----------------------------------------------------------------------------------------------

py::dtype dtype_of(type_name t) { return py::dtype(t.letter + std::to_string(t.bytes)); }
std::string text_of(type_name t) { return py::str(dtype_of(t)); }
std::string text_of(const py::array& a) { return py::str(a.dtype()); }

type_name type_of(const py::array& a) { return {a.dtype().kind(), static_cast<int>(a.dtype().itemsize())}; }

/// The array where it lies. What cannot be used where it lies is refused: nothing is converted behind the
/// caller's back.
py::array take_array(const std::string& who, py::handle object) {
  if (!py::isinstance<py::array>(object))
    throw py::type_error(who + " must be a numpy.ndarray, not " +
                         std::string(py::str(py::type::of(object).attr("__name__"))) + ".");
  auto a = py::reinterpret_borrow<py::array>(object);
  const std::string type = text_of(a);
  if (!a.dtype().attr("isnative").cast<bool>())
    throw py::type_error(who + " has dtype " + type + ", in the byte order of another machine.");
  if ((a.flags() & py::array::c_style) == 0 || !a.attr("flags").attr("aligned").cast<bool>())
    throw py::value_error(who + " must be C-contiguous and aligned; numpy.ascontiguousarray makes it so.");
  if (a.dtype().kind() == 'b') {
    const auto* const bytes = static_cast<const unsigned char*>(a.data());
    unsigned any = 0;
    for (py::ssize_t k = 0; k < a.size(); ++k) any |= bytes[k];
    if (any > 1) throw py::value_error(who + " holds bytes that are neither True nor False.");
  }
  return a;
}

argument memory_of(const py::array& a) { return {0, const_cast<void*>(a.data()), a.size()}; }

bool overlap(const py::array& a, const py::array& b) {
  const auto* const x = static_cast<const char*>(a.data());
  const auto* const y = static_cast<const char*>(b.data());
  return a.size() > 0 && b.size() > 0 && std::less<>()(x, y + b.nbytes()) && std::less<>()(y, x + a.nbytes());
}

/// The arguments of one call.
struct call_frame {
  std::vector<py::array> arrays;  // keeps them alive; an empty one for each number
  std::vector<argument> arguments;
};

// ---- calls -----------------------------------------------------------------------------------------------

const overload& choose(const std::string& name, const routine& r, const call_frame& frame) {
  const auto type_at = [&](const char* argument_name) {
    const std::size_t k = r.position(argument_name);
    return k < frame.arrays.size() ? type_of(frame.arrays[k]) : type_name{};
  };
  const type_name element = type_at("Ax"), index = type_at("Ap");
  if (const auto found = r.overloads.find({element, index}); found != r.overloads.end()) return found->second;
  for (const auto& [types, o] : r.overloads)
    if (types.second == index)
      throw py::type_error(name + ": there are no matrices of " + text_of(frame.arrays[r.position("Ax")]) +
                           " here.");
  throw py::type_error(name + ": Ap has dtype " + text_of(frame.arrays[r.position("Ap")]) +
                       "; indices are int32 or int64.");
}

/// An argument must be what the routine takes, and what it writes must be writeable and lie apart from all
/// the rest.
void check(const std::string& name, const routine& r, const call_frame& frame, std::size_t k,
           type_name wanted, bool is_written) {
  const std::string who = name + ": " + r.names[k];
  const py::array& a = frame.arrays[k];
  if (type_of(a) != wanted)
    throw py::type_error(who + " has dtype " + text_of(a) + ", but must have " + text_of(wanted) +
                         ": all elements are of one type and all indices of one, and nothing is converted.");
  if (!is_written) return;
  if (!a.writeable()) throw py::value_error(who + " is read-only, and the result goes there.");
  for (std::size_t other = 0; other < frame.arrays.size(); ++other)
    if (other != k && overlap(a, frame.arrays[other]))
      throw py::value_error(who + " is written, and shares memory with " + r.names[other] + ".");
}

/// Runs a routine on the first arguments of its list: all of them, or those before the arrays of its result.
outcome run(const std::string& name, const py::tuple& args, std::size_t wanted, call_frame& frame) {
  const routine& r = all_routines().routines().at(name);
  if (args.size() != wanted) {
    std::string list;
    for (const std::string& n : r.names) list += (list.empty() ? "" : ", ") + n;
    throw py::type_error(name + "(" + list + ") takes " + std::to_string(wanted) + " arguments, not " +
                         std::to_string(args.size()) + ".");
  }
  const overload& any = r.overloads.begin()->second;
  for (std::size_t k = 0; k < wanted; ++k) {
    const std::string who = name + ": " + r.names[k];
    if (k < any.parameters.size() && !any.parameters[k].is_array) {
      const py::object number = py::reinterpret_steal<py::object>(PyNumber_Index(args[k].ptr()));
      if (!number) {
        PyErr_Clear();
        throw py::type_error(who + " must be an integer.");
      }
      const std::int64_t value = PyLong_AsLongLong(number.ptr());
      if (value == -1 && PyErr_Occurred() != nullptr) {
        PyErr_Clear();
        throw py::value_error(who + " does not fit into 64 bits.");
      }
      frame.arrays.emplace_back();
      frame.arguments.push_back({value, nullptr, 0});
    } else {
      frame.arrays.push_back(take_array(who, args[k]));
      frame.arguments.push_back(memory_of(frame.arrays.back()));
    }
  }
  const overload& o = choose(name, r, frame);
  for (std::size_t k = 0; k < o.parameters.size(); ++k)
    if (o.parameters[k].is_array) check(name, r, frame, k, o.parameters[k].type, o.parameters[k].is_written);
  return o(frame.arguments.data());
}

std::size_t count_parameters(const routine& r) { return r.overloads.begin()->second.parameters.size(); }

/// scipy's form of a call: a new matrix is copied into the last three arrays.
py::object call(const std::string& name, const py::tuple& args) {
  const routine& r = all_routines().routines().at(name);
  call_frame frame;
  const outcome returned = run(name, args, r.names.size(), frame);
  if (const auto* const count = std::get_if<std::int64_t>(&returned)) return py::int_(*count);
  if (const auto* const made = std::get_if<sparse_result>(&returned)) {
    const std::size_t first = count_parameters(r);
    const argument* const parts[] = {&made->indptr, &made->indices, &made->data};
    const type_name types[] = {made->index, made->index, made->element};
    for (std::size_t k = 0; k < 3; ++k) {
      check(name, r, frame, first + k, types[k], true);
      if (frame.arguments[first + k].size < parts[k]->size)
        throw py::value_error(name + ": " + r.names[first + k] + " has room for " +
                              std::to_string(frame.arguments[first + k].size) + " elements, the result has " +
                              std::to_string(parts[k]->size) + ".");
    }
    for (std::size_t k = 0; k < 3; ++k)
      if (parts[k]->size > 0)
        std::memcpy(frame.arguments[first + k].data, parts[k]->data,
                    static_cast<std::size_t>(parts[k]->size * types[k].bytes));
  }
  return py::none();
}

// ---- scipy's matrices ------------------------------------------------------------------------------------

/// The parts of a scipy.sparse.bsr_array or bsr_matrix, used where they lie.
struct bsr_parts {
  bsr::dims shape, block;
  py::object data, indices, indptr;

  bsr_parts(const std::string& who, py::handle a) {
    if (!is_bsr(a))
      throw py::type_error(who + " must be a scipy.sparse.bsr_array; most others have a method tobsr.");
    data = a.attr("data");
    indices = a.attr("indices");
    indptr = a.attr("indptr");
    const auto size = a.attr("shape").cast<std::pair<std::int64_t, std::int64_t>>();
    const auto blocksize = a.attr("blocksize").cast<std::pair<std::int64_t, std::int64_t>>();
    shape = bsr::dims(size.first, size.second);
    block = bsr::dims(blocksize.first, blocksize.second);
    if (block.rows < 1 || block.cols < 1 || shape.rows % block.rows != 0 || shape.cols % block.cols != 0)
      throw py::value_error(who + ": its shape is no multiple of its blocks.");
  }
  static bool is_bsr(py::handle a) {
    return py::hasattr(a, "format") && py::hasattr(a, "blocksize") &&
           py::str(a.attr("format")).cast<std::string>() == "bsr";
  }
  std::int64_t block_rows() const { return shape.rows / block.rows; }
  std::int64_t block_cols() const { return shape.cols / block.cols; }
};

/// A scipy.sparse.bsr_array over the memory of a result, which lives as long as one of the three arrays.
py::object hand_over(const sparse_result& made) {
  const auto array = [&](const argument& part, type_name type, std::vector<py::ssize_t> shape) {
    const py::capsule owner(new std::shared_ptr<void>(made.owner),
                            [](void* p) { delete static_cast<std::shared_ptr<void>*>(p); });
    return part.size == 0 ? py::array(dtype_of(type), std::move(shape))
                          : py::array(dtype_of(type), std::move(shape), part.data, owner);
  };
  const bsr::dims block = made.blocksize;
  const py::object data = array(made.data, made.element, {made.indices.size, block.rows, block.cols});
  const py::object indices = array(made.indices, made.index, {made.indices.size});
  const py::object indptr = array(made.indptr, made.index, {made.indptr.size});
  return py::module_::import("scipy.sparse")
      .attr("bsr_array")(py::make_tuple(data, indices, indptr),
                         py::arg("shape") = py::make_tuple(made.shape.rows, made.shape.cols));
}

template <class... Args>
py::object make(const std::string& name, const Args&... args) {
  const py::tuple packed = py::make_tuple(args...);
  call_frame frame;
  return hand_over(std::get<sparse_result>(run(name, packed, packed.size(), frame)));
}

std::string text_of(bsr::dims d) { return std::to_string(d.rows) + " x " + std::to_string(d.cols); }

py::object combine(const char* who, const std::string& name, py::handle first, py::handle second) {
  const bsr_parts a(std::string(who) + ": a", first), b(std::string(who) + ": b", second);
  if (a.shape != b.shape || a.block != b.block)
    throw py::value_error(std::string(who) + ": a is " + text_of(a.shape) + " in blocks of " +
                          text_of(a.block) + ", b is " + text_of(b.shape) + " in blocks of " +
                          text_of(b.block) + "; they must be alike.");
  return make(name, a.block_rows(), a.block_cols(), a.block.rows, a.block.cols, a.indptr, a.indices, a.data,
              b.indptr, b.indices, b.data);
}

py::object transpose(py::handle matrix) {
  const bsr_parts a("transpose: a", matrix);
  return make("bsr_transpose", a.block_rows(), a.block_cols(), a.block.rows, a.block.cols, a.indptr,
              a.indices, a.data);
}

/// a @ b for a sparse b, a vector b, or a matrix b that is dense.
py::object matmul(py::handle first, py::handle second) {
  const bsr_parts a("matmul: a", first);
  const auto refuse = [&](const std::string& b) {
    throw py::value_error("matmul: a is " + text_of(a.shape) + " in blocks of " + text_of(a.block) +
                          ", b is " + b + ".");
  };
  if (bsr_parts::is_bsr(second)) {
    const bsr_parts b("matmul: b", second);
    if (a.shape.cols != b.shape.rows || a.block.cols != b.block.rows)
      refuse(text_of(b.shape) + " in blocks of " + text_of(b.block));
    return make("bsr_matmat", 0, a.block_rows(), b.block_cols(), a.block.rows, b.block.cols, a.block.cols,
                a.indptr, a.indices, a.data, b.indptr, b.indices, b.data);
  }
  const py::array x = take_array("matmul: b", second);
  if (x.ndim() < 1 || x.ndim() > 2 || x.shape(0) != a.shape.cols)
    refuse("an array of shape " + std::string(py::str(x.attr("shape"))));
  const py::tuple shape = x.ndim() == 1 ? py::tuple(py::make_tuple(a.shape.rows))
                                        : py::tuple(py::make_tuple(a.shape.rows, x.shape(1)));
  const py::object y = py::module_::import("numpy").attr("zeros")(shape, x.dtype());
  if (x.ndim() == 1)
    call("bsr_matvec", py::make_tuple(a.block_rows(), a.block_cols(), a.block.rows, a.block.cols, a.indptr,
                                      a.indices, a.data, x, y));
  else
    call("bsr_matvecs", py::make_tuple(a.block_rows(), a.block_cols(), x.shape(1), a.block.rows, a.block.cols,
                                       a.indptr, a.indices, a.data, x, y));
  return y;
}

}  // namespace

PYBIND11_MODULE(bsr, m) {
  m.doc() = "scipy's BSR routines, computed by bsr in the arrays where they lie.";
  py::register_exception_translator([](std::exception_ptr thrown) {
    try {
      if (thrown) std::rethrow_exception(thrown);
    } catch (const bsr::error& e) {
      PyErr_SetString(PyExc_ValueError, e.what());
    }
  });
  for (const auto& [name, r] : all_routines().routines()) {
    std::string list;
    for (const std::string& n : r.names) list += (list.empty() ? "" : ", ") + n;
    m.def(
        name.c_str(), [name = name](const py::args& args) { return call(name, args); },
        ("(" + list + "): as scipy.sparse._sparsetools." + name).c_str());
  }
  m.def("matmul", &matmul, py::arg("a"), py::arg("b"),
        "a @ b for a BSR matrix a and a BSR matrix, vector or dense matrix b.");
  m.def("transpose", &transpose, py::arg("a"), "The transposed BSR matrix.");
  m.def(
      "add", [](py::handle a, py::handle b) { return combine("add", "bsr_plus_bsr", a, b); }, py::arg("a"),
      py::arg("b"), "a + b for two BSR matrices.");
  m.def(
      "subtract", [](py::handle a, py::handle b) { return combine("subtract", "bsr_minus_bsr", a, b); },
      py::arg("a"), py::arg("b"), "a - b for two BSR matrices.");
  m.def(
      "multiply", [](py::handle a, py::handle b) { return combine("multiply", "bsr_elmul_bsr", a, b); },
      py::arg("a"), py::arg("b"), "a * b, element by element, for two BSR matrices.");
}
