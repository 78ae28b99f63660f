# SPDX-License-Identifier: BSD-3-Clause
# A toolchain file: clang++ where it is installed, else CMake's own choice.
find_program(bsr_clang clang++)
if(bsr_clang)
  set(CMAKE_CXX_COMPILER ${bsr_clang})
endif()
