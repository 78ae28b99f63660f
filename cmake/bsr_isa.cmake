# SPDX-License-Identifier: BSD-3-Clause
include_guard(GLOBAL)

# bsr_target_isa(<target> <isa>)
#
# Compiles a target for an instruction set, by name:
#   x86-64   any 64-bit PC
#   avx2     x86-64-v3: Haswell and Zen, and later
#   avx512   x86-64-v4: Skylake-X and Zen 4, and later
#   native   the machine that compiles
#   best     the widest of the three names above that the machine that compiles can run
# bsr::bsr itself never adds such a flag.
function(bsr_target_isa target isa)
  if(NOT TARGET ${target})
    message(FATAL_ERROR "bsr_target_isa: there is no target '${target}'.")
  endif()
  if(isa STREQUAL "best")
    bsr_best_isa(isa)
  endif()
  if(isa STREQUAL "x86-64")
    set(flag -march=x86-64)
  elseif(isa STREQUAL "avx2")
    set(flag -march=x86-64-v3)
  elseif(isa STREQUAL "avx512")
    set(flag -march=x86-64-v4)
  elseif(isa STREQUAL "native")
    set(flag -march=native)
  else()
    message(FATAL_ERROR "bsr_target_isa: there is no instruction set '${isa}'; "
                        "choose from x86-64, avx2, avx512, native, best.")
  endif()
  get_target_property(type ${target} TYPE)
  if(type STREQUAL "INTERFACE_LIBRARY")
    target_compile_options(${target} INTERFACE ${flag})
  else()
    target_compile_options(${target} PRIVATE ${flag})
  endif()
endfunction()

# The widest of x86-64, avx2, avx512 that this machine can run (Linux; elsewhere x86-64).
function(bsr_best_isa result)
  set(best x86-64)
  if(EXISTS /proc/cpuinfo)
    file(STRINGS /proc/cpuinfo flags REGEX "^flags" LIMIT_COUNT 1)
    set(has_all TRUE)
    foreach(feature IN ITEMS avx avx2 bmi1 bmi2 f16c fma abm movbe)
      if(NOT flags MATCHES " ${feature}( |$)")
        set(has_all FALSE)
      endif()
    endforeach()
    if(has_all)
      set(best avx2)
      foreach(feature IN ITEMS avx512f avx512bw avx512cd avx512dq avx512vl)
        if(NOT flags MATCHES " ${feature}( |$)")
          set(has_all FALSE)
        endif()
      endforeach()
      if(has_all)
        set(best avx512)
      endif()
    endif()
  endif()
  set(${result} ${best} PARENT_SCOPE)
endfunction()
