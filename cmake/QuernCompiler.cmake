# The compiler, its warnings and the build flavours. One interface target, quern_options, carries them to every target.

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13.3)
  message(FATAL_ERROR
    "GCC ${CMAKE_CXX_COMPILER_VERSION} miscompiles ordinary coroutine code: a temporary with a destructor inside a co_await "
    "expression is destroyed twice (seen with GCC 12.2 at every optimisation level). Use clang 19, which the project is "
    "built and tested with:\n  cmake --preset dev\n(Debian 12: apt-get install clang-19, or scripts/install-deps)")
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 19)
  message(FATAL_ERROR "clang ${CMAKE_CXX_COMPILER_VERSION} is older than 19, the oldest that is tested (Debian 12: clang-19)")
endif()

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

set(QUERN_SANITIZE "" CACHE STRING "Sanitizers for every target: empty, address,undefined or thread")
option(QUERN_COVERAGE "Instrument for llvm-cov" OFF)

add_library(quern_options INTERFACE)
target_compile_features(quern_options INTERFACE cxx_std_23)
target_include_directories(quern_options INTERFACE "${CMAKE_SOURCE_DIR}")
target_compile_options(quern_options INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor
  -Wno-missing-designated-field-initializers  # leaving a field at its default is what designated initializers are for
  -fno-omit-frame-pointer)
# Asio: no deprecated names, and no logging or tracking left on by accident.
target_compile_definitions(quern_options INTERFACE BOOST_ASIO_NO_DEPRECATED)

if(QUERN_SANITIZE)
  # But for what runs inside the sandbox on purpose without one: its own calls and limits would be the sanitizer's.
  set(sanitized "$<NOT:$<BOOL:$<TARGET_PROPERTY:QUERN_UNSANITIZED>>>")
  target_compile_options(quern_options INTERFACE
    "$<${sanitized}:-fsanitize=${QUERN_SANITIZE}>" "$<${sanitized}:-fno-sanitize-recover=all>")
  target_link_options(quern_options INTERFACE "$<${sanitized}:-fsanitize=${QUERN_SANITIZE}>")
endif()
if(QUERN_COVERAGE)
  target_compile_options(quern_options INTERFACE -fprofile-instr-generate -fcoverage-mapping)
  target_link_options(quern_options INTERFACE -fprofile-instr-generate)
endif()
if(QUERN_FUZZ)
  # Edge counters in every object; only the fuzz targets themselves link libFuzzer's main.
  target_compile_options(quern_options INTERFACE -fsanitize=fuzzer-no-link)
  target_link_options(quern_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

find_program(QUERN_LLD NAMES ld.lld-19 ld.lld)
if(QUERN_LLD AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_link_options(--ld-path=${QUERN_LLD})
endif()

find_program(QUERN_CCACHE ccache)
if(QUERN_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${QUERN_CCACHE}")
  set(CMAKE_C_COMPILER_LAUNCHER "${QUERN_CCACHE}")
endif()
