# SPDX-License-Identifier: MIT
# The same target names in all configurations:
#   fmt::fmt nlohmann_json::nlohmann_json tl::expected cereal::cereal
#   GTest::gtest_main, and on Linux CLI11::CLI11 benchmark::benchmark.
# Headers of Linux libraries must not leak into the Windows build from
# /usr/include, so the header-only ones reach it through a folder of links.
if(NOT WIN32)
  find_package(fmt REQUIRED)
  find_package(nlohmann_json REQUIRED)
  find_package(tl-expected REQUIRED)
  find_package(CLI11 REQUIRED)
  if(BUILD_TESTING)
    find_package(GTest REQUIRED)
  endif()
  find_package(benchmark REQUIRED)
  find_path(CEREAL_INCLUDE_DIR cereal/cereal.hpp REQUIRED)
  add_library(cereal::cereal INTERFACE IMPORTED GLOBAL)
  target_include_directories(cereal::cereal INTERFACE "${CEREAL_INCLUDE_DIR}")

  set(SPANPROOF_STAGED_INCLUDE "${PROJECT_BINARY_DIR}/pe/include")
  file(MAKE_DIRECTORY "${SPANPROOF_STAGED_INCLUDE}")
  foreach(header fmt/format.h nlohmann/json.hpp tl/expected.hpp cereal/cereal.hpp)
    cmake_path(GET header PARENT_PATH folder)
    string(TOUPPER "SPANPROOF_${folder}_ROOT" found)
    find_path(${found} ${header} REQUIRED)
    mark_as_advanced(${found})
    file(CREATE_LINK "${${found}}/${folder}" "${SPANPROOF_STAGED_INCLUDE}/${folder}" SYMBOLIC)
  endforeach()
  return()
endif()

set(SPANPROOF_STAGED_INCLUDE "" CACHE PATH "folder with fmt, nlohmann, tl and cereal headers alone")
if(NOT EXISTS "${SPANPROOF_STAGED_INCLUDE}/tl/expected.hpp")
  message(FATAL_ERROR "The Windows part is a sub-build: configure the top for Linux, "
    "which drives it, or give -DSPANPROOF_STAGED_INCLUDE=<folder>")
endif()
foreach(name fmt::fmt nlohmann_json::nlohmann_json tl::expected cereal::cereal)
  add_library(${name} INTERFACE IMPORTED GLOBAL)
  target_include_directories(${name} INTERFACE "${SPANPROOF_STAGED_INCLUDE}")
endforeach()
target_compile_definitions(fmt::fmt INTERFACE FMT_HEADER_ONLY)

set(SPANPROOF_GOOGLETEST_SOURCE /usr/src/googletest CACHE PATH "GoogleTest's sources")
if(BUILD_TESTING)
  if(NOT EXISTS "${SPANPROOF_GOOGLETEST_SOURCE}/CMakeLists.txt")
    message(FATAL_ERROR "GoogleTest's sources are not at ${SPANPROOF_GOOGLETEST_SOURCE}: "
      "install the package googletest, or give -DSPANPROOF_GOOGLETEST_SOURCE=<folder>")
  endif()
  set(INSTALL_GTEST OFF CACHE BOOL "" FORCE)
  set(BUILD_GMOCK OFF CACHE BOOL "" FORCE)
  add_subdirectory("${SPANPROOF_GOOGLETEST_SOURCE}" googletest EXCLUDE_FROM_ALL)
endif()
