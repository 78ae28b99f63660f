# SPDX-License-Identifier: BSD-3-Clause
# What bsr's targets are made of. Used by the build of bsr and by the installed package alike.
include_guard(DIRECTORY)

set(bsr_components openmp eigen io safetensors prune layer cuda)
set(bsr_openmp_needs "OpenMP")
set(bsr_eigen_needs "Eigen 3.4 or 5")
set(bsr_io_needs "zlib")
set(bsr_safetensors_needs "nlohmann_json 3.10 or newer")
set(bsr_cuda_needs "the CUDA toolkit 12.8 or newer")
set(bsr_prune_needs "bsr itself")
set(bsr_layer_needs "bsr itself")

# Includes of a dependency are system includes: its warnings are not ours.
function(_bsr_include target dependency)
  get_target_property(directories ${dependency} INTERFACE_INCLUDE_DIRECTORIES)
  target_include_directories(${target} SYSTEM INTERFACE ${directories})
endfunction()

# xsimd 12.1 to 14. A package accepts its own major version only, so each is asked for.
macro(bsr_find_xsimd)
  if(NOT TARGET xsimd)
    foreach(_bsr_version IN ITEMS 14 13 12.1)
      if(NOT TARGET xsimd)
        find_package(xsimd ${_bsr_version} CONFIG QUIET)
      endif()
    endforeach()
  endif()
endmacro()

# Gives a target xsimd's headers, or says that there is none: bsr then uses its scalar kernels.
macro(bsr_link_xsimd target)
  bsr_find_xsimd()
  if(TARGET xsimd)
    # Not the target itself: in some distributions it brings xtl with it, which bsr does not use.
    _bsr_include(${target} xsimd)
  elseif(EXISTS ${CMAKE_CURRENT_LIST_DIR}/deps/include/xsimd/xsimd.hpp)
    target_include_directories(${target} SYSTEM INTERFACE ${CMAKE_CURRENT_LIST_DIR}/deps/include)
  else()
    target_compile_definitions(${target} INTERFACE BSR_NO_XSIMD=1)
    if(NOT bsr_FIND_QUIETLY)
      message(STATUS "bsr: xsimd 12.1 to 14 was not found; the scalar kernels are used, correct but slow "
                     "(install libxsimd-dev, or configure with -DBSR_DEPS=FETCH)")
    endif()
  endif()
endmacro()

set(bsr_openmp_target OpenMP::OpenMP_CXX)
set(bsr_eigen_target Eigen3::Eigen)
set(bsr_io_target ZLIB::ZLIB)
set(bsr_safetensors_target nlohmann_json::nlohmann_json)
set(bsr_cuda_target CUDA::cudart_static)
# These need nothing but the library.
set(bsr_prune_target bsr::bsr)
set(bsr_layer_target bsr::bsr)

# Looks for what a component needs and sets <result>. With GLOBAL, what is found is visible in the whole
# project: the users of a subdirectory live above it.
macro(bsr_find_component component result)
  if(NOT TARGET ${bsr_${component}_target})
    if("${component}" STREQUAL "openmp")
      find_package(OpenMP QUIET COMPONENTS CXX)
    elseif("${component}" STREQUAL "eigen")
      foreach(_bsr_version IN ITEMS 5 3.4)
        if(NOT TARGET Eigen3::Eigen)
          find_package(Eigen3 ${_bsr_version} CONFIG QUIET)
        endif()
      endforeach()
    elseif("${component}" STREQUAL "io")
      find_package(ZLIB QUIET)
    elseif("${component}" STREQUAL "safetensors")
      find_package(nlohmann_json 3.10 CONFIG QUIET)
    elseif("${component}" STREQUAL "cuda")
      find_package(CUDAToolkit 12.8 QUIET)
    endif()
    if(TARGET ${bsr_${component}_target} AND "${ARGN}" STREQUAL "GLOBAL")
      set_target_properties(${bsr_${component}_target} PROPERTIES IMPORTED_GLOBAL TRUE)
    endif()
  endif()
  if(TARGET ${bsr_${component}_target})
    set(${result} TRUE)
  else()
    set(${result} FALSE)
  endif()
endmacro()

# Gives the component's target what it consists of.
function(bsr_link_component target library component)
  target_link_libraries(${target} INTERFACE ${library} ${bsr_${component}_target})
endfunction()

# bsr_add_cuda_kernels(<target> [TYPES <type>...]): compiles bsr's kernels for the GPU into <target>, which may consist of C++ files
# only and includes <bsr/cuda.hpp>. The project has enabled the language CUDA, and may have chosen
# CMAKE_CUDA_ARCHITECTURES; else they are compiled for all architectures that bsr's gates know. One target of a
# program does this: an executable, or a library that others use. TYPES: of float16 bfloat16 float double int8 those
# that the program multiplies on the device, since kernels take minutes to compile; else all of them.
function(bsr_add_cuda_kernels target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "TYPES")
  if(DEFINED arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "bsr_add_cuda_kernels(${target}): what is ${arg_UNPARSED_ARGUMENTS}?")
  endif()
  if(NOT CMAKE_CUDA_COMPILER)
    message(FATAL_ERROR "bsr_add_cuda_kernels(${target}): the project must say enable_language(CUDA) first.")
  endif()
  if(NOT TARGET bsr::cuda)
    message(FATAL_ERROR "bsr_add_cuda_kernels(${target}): there is no bsr::cuda; find_package(bsr COMPONENTS cuda) "
                        "makes it, and needs ${bsr_cuda_needs}.")
  endif()
  set(file ${CMAKE_CURRENT_BINARY_DIR}/${target}_bsr_kernels.cu)
  file(GENERATE OUTPUT ${file} CONTENT "#include \"bsr/cuda_kernels.cuh\"\n")
  add_library(${target}_bsr_kernels OBJECT ${file})
  target_link_libraries(${target}_bsr_kernels PRIVATE bsr::cuda)
  if(DEFINED arg_TYPES)
    set(known float16 bfloat16 float double int8)  # in the order of gpu_runtime::element
    set(bits 0)
    foreach(type IN LISTS arg_TYPES)
      list(FIND known "${type}" number)
      if(number LESS 0)
        message(FATAL_ERROR "bsr_add_cuda_kernels(${target} TYPES ${arg_TYPES}): ${type} is none of ${known}.")
      endif()
      math(EXPR bits "${bits} | (1 << ${number})")
    endforeach()
    target_compile_definitions(${target}_bsr_kernels PRIVATE BSR_CUDA_TYPES=${bits})
  endif()
  set(architectures ${CMAKE_CUDA_ARCHITECTURES})
  if("${architectures}" STREQUAL "${CMAKE_CUDA_ARCHITECTURES_DEFAULT}")  # nobody has chosen
    set(architectures 80-real 90a-real 100a-real 120)
  endif()
  set_target_properties(${target}_bsr_kernels PROPERTIES CUDA_ARCHITECTURES "${architectures}")
  if(CMAKE_CUDA20_STANDARD_COMPILE_OPTION)
    set_target_properties(${target}_bsr_kernels PROPERTIES CUDA_STANDARD 20)
  else()
    target_compile_options(${target}_bsr_kernels PRIVATE -std=c++20)  # this CMake does not know this nvcc
  endif()
  target_sources(${target} PRIVATE $<TARGET_OBJECTS:${target}_bsr_kernels>)
  target_link_libraries(${target} PRIVATE bsr::cuda)
endfunction()
