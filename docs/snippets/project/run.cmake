# SPDX-License-Identifier: BSD-3-Clause
# cmake -Dmode=... -P run.cmake: a project as the pages describe it. See docs/CMakeLists.txt for the arguments.
set(source ${work}/${mode})
file(REMOVE_RECURSE ${source})
file(MAKE_DIRECTORY ${source})
file(COPY_FILE ${CMAKE_CURRENT_LIST_DIR}/CMakeLists.txt ${source}/CMakeLists.txt)
file(COPY_FILE ${CMAKE_CURRENT_LIST_DIR}/../programs/readme.cpp ${source}/main.cpp)
if(mode STREQUAL "add_subdirectory")
  file(CREATE_LINK ${bsr_source} ${source}/bsr SYMBOLIC)
elseif(mode STREQUAL "fetch_content")
  execute_process(COMMAND ${CMAKE_COMMAND} -E tar czf ${source}/bsr.tar.gz CMakeLists.txt cmake include
                  WORKING_DIRECTORY ${bsr_source} COMMAND_ERROR_IS_FATAL ANY)
endif()

function(must_succeed)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE text ERROR_VARIABLE text)
  if(NOT status EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\n${text}")
  endif()
endfunction()

string(REPLACE ";" "\\;" searched "${prefix};${prefix_path}")
must_succeed(
  ${CMAKE_COMMAND} -S ${source} -B ${source}/build -G ${generator} -DCMAKE_MAKE_PROGRAM=${make_program}
  -DCMAKE_CXX_COMPILER=${compiler} "-DCMAKE_CXX_FLAGS=${flags}" -DCMAKE_BUILD_TYPE=${config} -Dmode=${mode}
  -Dbsr_archive=${source}/bsr.tar.gz "-DCMAKE_PREFIX_PATH=${searched}")
must_succeed(${CMAKE_COMMAND} --build ${source}/build --config "${config}")
must_succeed(${source}/build/app)
