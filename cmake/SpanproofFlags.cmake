# SPDX-License-Identifier: MIT
# Flags that every target gets, in all three configurations.
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug, Release or RelWithDebInfo" FORCE)
endif()
set(CMAKE_C_FLAGS_RELEASE "-O2 -DNDEBUG")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

# "address,undefined", "thread"…; only for the Linux part, since MinGW's gcc
# brings no sanitizer runtime.
set(SPANPROOF_SANITIZE "" CACHE STRING "value for -fsanitize= of the Linux part")
# What they run on has line numbers and assertions, and is quick to build: optimising what UBSan adds would take as
# long again as all the rest.
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O1 -g1")
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O1 -g1")
if(SPANPROOF_SANITIZE MATCHES "undefined")
  set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O0 -g1")
  set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O0 -g1")
endif()

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# With designated initializers a member left out is meant.
add_compile_options(-Wall -Wextra $<$<COMPILE_LANGUAGE:CXX>:-Wno-missing-field-initializers>)
include_directories("${PROJECT_SOURCE_DIR}")

# The same bytes from any folder: no path of this machine in what is built.
add_compile_options(
  "-ffile-prefix-map=${PROJECT_BINARY_DIR}=build"
  "-ffile-prefix-map=${PROJECT_SOURCE_DIR}=.")
if(WIN32)
  # Wine gives programs no clock worth stamping, and a time stamp would make
  # two builds of one source differ.
  add_link_options(-Wl,--no-insert-timestamp)
  add_compile_definitions(_WIN32_WINNT=0x0601 WIN32_LEAN_AND_MEAN NOMINMAX)
else()
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
  find_package(Threads REQUIRED)
endif()

if(SPANPROOF_SANITIZE AND NOT WIN32)
  add_compile_options(-fsanitize=${SPANPROOF_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${SPANPROOF_SANITIZE})
endif()

# spanproof_fixed_image_base(<dll>): the linker would choose a DLL's base by
# hashing the path it writes to, so that the same sources gave other bytes in
# another folder. This chooses it by the target's name.
function(spanproof_fixed_image_base target)
  string(SHA256 hash ${target})
  string(SUBSTRING ${hash} 0 3 hash)
  set(base "0x26${hash}0000")
  if(SPANPROOF_ARCH STREQUAL "win32")
    set(base "0x6${hash}0000")
  endif()
  target_link_options(${target} PRIVATE "-Wl,--image-base,${base}")
endfunction()
