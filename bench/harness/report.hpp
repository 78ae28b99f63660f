// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>
#include <string>

namespace bench {

/// A text in quotes, as JSON has it.
std::string json_text(const std::string& text);

/// `directory`/<cpu>/<date><ending>; the folder is made.
std::filesystem::path report_path(const std::string& directory, const std::string& ending = ".json");

/// The members that every report begins with: the machine, the date, the compiler.
std::string report_head();

}  // namespace bench
