# Language, warnings and sanitizers, for every target.

set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON)

option(WINDSCREEN_WERROR "Treat warnings as errors" OFF)
option(WINDSCREEN_FUZZ "Build what tests/fuzz has with libFuzzer (clang)" OFF)
set(WINDSCREEN_SANITIZE "" CACHE STRING "Sanitizers to build with, as -fsanitize= takes them")

add_compile_options(
  -Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wundef -Wvla
  -Wimplicit-fallthrough -Wformat=2 -Wpointer-arith -Wno-unused-parameter)
add_compile_definitions(_GNU_SOURCE)

if(WINDSCREEN_WERROR)
  add_compile_options(-Werror)
endif()

if(WINDSCREEN_SANITIZE)
  add_compile_options(-fsanitize=${WINDSCREEN_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${WINDSCREEN_SANITIZE})
endif()

if(WINDSCREEN_FUZZ)
  # What -fsanitize=fuzzer-no-link means, without the tracing of comparisons: inputs are programs
  # that have strange numbers of their own, and it takes a third of the time.
  set(FUZZ_COVERAGE inline-8bit-counters,indirect-calls,pc-table)
  add_compile_options(-fsanitize-coverage=${FUZZ_COVERAGE})
endif()
