// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What an error says.
#include <exception>
#include <string>
#include <typeinfo>

namespace bsr_test {

/// Calls f and returns the text of the Error it throws; "nothing was thrown", or "another error: ..." of
/// another type. An error of a derived type is another one.
template <class Error, class F>
std::string text_of(const F& f) {
  try {
    f();
  } catch (const Error& e) {
    if (typeid(e) == typeid(Error)) return e.what();
    return std::string("another error: ") + e.what();
  } catch (const std::exception& e) {
    return std::string("another error: ") + e.what();
  }
  return "nothing was thrown";
}

}  // namespace bsr_test
