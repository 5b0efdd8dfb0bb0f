# Compiler options that every target of this project is built with (not handed on to users of the library).
add_library(neurode_options INTERFACE)
target_compile_features(neurode_options INTERFACE cxx_std_20)
target_compile_options(neurode_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
                                                 -fno-math-errno)
# The Python module is a shared library made of the same objects; no function of it is meant to be replaced from outside.
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
target_compile_options(neurode_options INTERFACE -fno-semantic-interposition)
if(NEURODE_WERROR)
  target_compile_options(neurode_options INTERFACE -Werror)
endif()
if(NEURODE_NATIVE)
  target_compile_options(neurode_options INTERFACE -march=native)
endif()
if(NEURODE_SANITIZE)
  target_compile_options(neurode_options INTERFACE -fsanitize=${NEURODE_SANITIZE} -fno-omit-frame-pointer
                                                   -fno-sanitize-recover=all)
  target_link_options(neurode_options INTERFACE -fsanitize=${NEURODE_SANITIZE})
  # Indices past the size but within the capacity of a vector, which AddressSanitizer takes for good.
  target_compile_definitions(neurode_options INTERFACE _GLIBCXX_ASSERTIONS)
  # With detect_stack_use_after_return g++ 12 puts what must be aligned to 64 bytes on a stack aligned to 32 (PR110027).
  if(NEURODE_NATIVE AND NEURODE_SANITIZE MATCHES "address" AND CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
    target_compile_options(neurode_options INTERFACE -mno-avx512f)
  endif()
endif()
if(NEURODE_COVERAGE)
  target_compile_options(neurode_options INTERFACE --coverage -fprofile-update=atomic)
  target_link_options(neurode_options INTERFACE --coverage)
endif()
# False positives of g++ 12: array bounds and uninitialised reads in vectorised Eigen code, overlaps in
# std::string + (PR105651), the AVX-512 intrinsics of its own headers (PR105593).
target_compile_options(neurode_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-array-bounds>
                                                 $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>
                                                 $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
                                                 $<$<CXX_COMPILER_ID:GNU>:-Wno-uninitialized>)

# A launcher that the user chose stands. The build folder stays out of the hash, or -g would keep two folders with equal
# flags (tests/consumer is one) from sharing objects.
find_program(NEURODE_CCACHE ccache)
if(NEURODE_CCACHE AND PROJECT_IS_TOP_LEVEL AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_NOHASHDIR=1 ${NEURODE_CCACHE})
endif()
