// SPDX-License-Identifier: BSD-3-Clause
#include "registry.hpp"

namespace {

std::vector<std::string> split(std::string_view names) {
  std::vector<std::string> words;
  while (!names.empty()) {
    const std::size_t end = names.find(' ');
    words.emplace_back(names.substr(0, end));
    names.remove_prefix(end == names.npos ? names.size() : end + 1);
  }
  return words;
}

}  // namespace

void registry::add_overload(const char* name, const char* names, std::span<const parameter> parameters,
                            overload o) {
  routine& r = routines_[name];
  r.names = split(names);
  o.parameters.assign(parameters.begin(), parameters.end());
  const auto type_of = [&](std::string_view argument_name) {
    const std::size_t k = r.position(argument_name);
    return k < parameters.size() ? parameters[k].type : type_name{};
  };
  r.overloads[{type_of("Ax"), type_of("Ap")}] = std::move(o);
}
