# SPDX-License-Identifier: BSD-3-Clause
# bsr_source_flags(<source> <variable>): what a source is compiled with besides, the options on its line
# `// flags: <option>...`, as a list; empty without such a line.
function(bsr_source_flags source variable)
  file(STRINGS ${source} line REGEX "^// flags: " LIMIT_COUNT 1)
  string(REPLACE "// flags: " "" line "${line}")
  separate_arguments(flags UNIX_COMMAND "${line}")
  if(flags)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
  endif()
  set(${variable} "${flags}" PARENT_SCOPE)
endfunction()
