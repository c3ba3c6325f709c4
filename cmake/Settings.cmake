# Language, warnings, sanitizers, linker and cache: the same for every target.
option(FAIRLEAD_WERROR "Treat warnings as errors" OFF)
option(FAIRLEAD_TESTS "Build the tests" ON)
option(FAIRLEAD_BENCH "Build the benchmarks" OFF)
option(FAIRLEAD_FUZZ "Instrument for libFuzzer and build the fuzz targets" OFF)
set(FAIRLEAD_SANITIZE "" CACHE STRING "Sanitizers, as for -fsanitize=")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

add_library(fairlead_settings INTERFACE)
target_include_directories(fairlead_settings INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(fairlead_settings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wno-unused-command-line-argument
  $<$<BOOL:${FAIRLEAD_WERROR}>:-Werror>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # Designated initialisers that leave members at their defaults are wanted.
  target_compile_options(fairlead_settings INTERFACE -Wno-missing-field-initializers -Wno-missing-designated-field-initializers)
endif()

if(FAIRLEAD_SANITIZE)
  add_compile_options(-fsanitize=${FAIRLEAD_SANITIZE} -fno-omit-frame-pointer)
  if(FAIRLEAD_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
  add_link_options(-fsanitize=${FAIRLEAD_SANITIZE})
endif()
if(FAIRLEAD_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

find_program(FAIRLEAD_LLD ld.lld-19)
if(FAIRLEAD_LLD AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_link_options(--ld-path=${FAIRLEAD_LLD})
endif()
find_program(FAIRLEAD_CCACHE ccache)
if(FAIRLEAD_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${FAIRLEAD_CCACHE})
endif()
