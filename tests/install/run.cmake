# SPDX-License-Identifier: BSD-3-Clause
# cmake -Dmode=... -P run.cmake: one way of using bsr. See CMakeLists.txt for the arguments.
set(prefix ${work}/prefix)
set(build ${work}/${mode})
set(consumer ${CMAKE_CURRENT_LIST_DIR}/consumer)
file(REMOVE_RECURSE ${build})

function(run result output)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE text ERROR_VARIABLE text)
  set(${result} "${status}" PARENT_SCOPE)
  set(${output} "${text}" PARENT_SCOPE)
endfunction()

function(must_succeed)
  run(status text ${ARGN})
  if(NOT status EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\n${text}")
  endif()
  set(text "${text}" PARENT_SCOPE)
endfunction()

if(mode STREQUAL "install")
  file(REMOVE_RECURSE ${prefix})
  must_succeed(${CMAKE_COMMAND} --install ${bsr_build} --prefix ${prefix} --config "${config}")
  return()
endif()

# The user's own flags are strict; bsr's headers must stand them.
string(APPEND flags " -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror")
set(configure
    ${CMAKE_COMMAND} -S ${consumer} -B ${build} -G ${generator} -DCMAKE_MAKE_PROGRAM=${make_program}
    -DCMAKE_CXX_COMPILER=${compiler} "-DCMAKE_CXX_FLAGS=${flags}" -DCMAKE_BUILD_TYPE=${config} -Dmode=${mode}
    -Dbsr_source=${bsr_source})

# A list on a command line.
string(REPLACE ";" "\\;" searched "${prefix};${prefix_path}")

if(mode MATCHES "^(find_package|add_subdirectory|fetch_content)$")
  must_succeed(${configure} "-DCMAKE_PREFIX_PATH=${searched}")
  must_succeed(${CMAKE_COMMAND} --build ${build} --config "${config}")
  must_succeed(${CMAKE_CTEST_COMMAND} --test-dir ${build} --build-config "${config}" --no-tests=error)
elseif(mode STREQUAL "no_xsimd")
  # Found nowhere: the package says so and works with its scalar kernels.
  must_succeed(${configure} "-DCMAKE_PREFIX_PATH=${searched}" -DCMAKE_DISABLE_FIND_PACKAGE_xsimd=ON)
  if(EXISTS ${prefix}/share/cmake/bsr/deps)
    message(STATUS "this package carries xsimd")
  elseif(NOT text MATCHES "bsr: xsimd .* was not found")
    message(FATAL_ERROR "the package must say that there is no xsimd, but says\n${text}")
  endif()
  must_succeed(${CMAKE_COMMAND} --build ${build} --config "${config}")
  must_succeed(${CMAKE_CTEST_COMMAND} --test-dir ${build} --build-config "${config}" --no-tests=error)
else()
  if(mode STREQUAL "wrong_version")
    set(sentence "0\\.1\\.")
  elseif(mode STREQUAL "wrong_component")
    set(sentence "bsr has no component 'nonsense'; its components are")
  elseif(mode STREQUAL "missing_dependency")
    list(APPEND configure -DCMAKE_DISABLE_FIND_PACKAGE_Eigen3=ON)
    set(sentence "bsr's component 'eigen' needs Eigen 3\\.4 or 5, which was not found")
  endif()
  run(status text ${configure} "-DCMAKE_PREFIX_PATH=${searched}")
  if(status EQUAL 0)
    message(FATAL_ERROR "find_package must refuse, but does not:\n${text}")
  endif()
  string(REGEX REPLACE "[ \n]+" " " text "${text}")
  if(NOT text MATCHES "${sentence}")
    message(FATAL_ERROR "find_package must say '${sentence}', but says\n${text}")
  endif()
endif()
