# SPDX-License-Identifier: MIT
# spanproof_test(NAME <n> SOURCES <…> [LIBRARIES <…>] [LABELS <…>]
#                [FIXTURES <…>] [TIMEOUT <seconds, 120>] [SANITIZERS <presets…>])
#
# A GoogleTest program. On Linux each of its tests becomes a test of CTest. In a
# Windows sub-build the whole program is one test, `<arch>.<n>`, run under Wine
# by the Linux build's CTest.
#
# spanproof_house_test(<test>) and spanproof_wine_test(<test>) do for a test of
# add_test() what this does by itself:
# - every test belongs to the fixture `house`: when all are over, no process of
#   theirs and no shared memory may be left;
# - a test with the label `wine` stands on the fixture `wine`: one prefix for
#   the build tree, $WINEPREFIX, with its wineserver running.
# Both fixtures are in tools/CMakeLists.txt.
# SANITIZERS (a room's default: the variable SPANPROOF_SANITIZERS) are presets of
# sanitizers, under which the program is one test more, `<preset>.<n>`; or `none`.
include(GoogleTest)
include(SanitizedTest)

if(NOT WIN32)
  find_program(SPANPROOF_WINE64 NAMES wine64 PATHS /usr/lib/wine /usr/lib64/wine
    DOC "64-bit Wine loader: one process, true exit status")
  find_program(SPANPROOF_WINE32 NAMES wine PATHS /usr/lib/wine NO_DEFAULT_PATH
    DOC "32-bit Wine loader")
  find_program(SPANPROOF_WINESERVER NAMES wineserver DOC "Wine's server")
  set(SPANPROOF_TEST_TREE "${PROJECT_BINARY_DIR}")
endif()

# What the tests are started with. Programs that make a prefix or a cache of
# their own must not touch the user's.
set(SPANPROOF_TEST_ENVIRONMENT
  "SPANPROOF_TEST_TREE=${SPANPROOF_TEST_TREE}"
  "XDG_CACHE_HOME=${SPANPROOF_TEST_TREE}/cache")
set(SPANPROOF_WINE_ENVIRONMENT ${SPANPROOF_TEST_ENVIRONMENT}
  "WINEPREFIX=${SPANPROOF_TEST_TREE}/wineprefix" "WINEDEBUG=-all"
  "WINEDLLOVERRIDES=mscoree,mshtml=" "LC_ALL=C.UTF-8")

function(spanproof_house_test test)
  set_tests_properties(${test} PROPERTIES TIMEOUT 120
    FIXTURES_REQUIRED house ENVIRONMENT "${SPANPROOF_TEST_ENVIRONMENT}")
endfunction()

function(spanproof_wine_test test)
  set_tests_properties(${test} PROPERTIES TIMEOUT 120 LABELS wine
    FIXTURES_REQUIRED "house;wine" ENVIRONMENT "${SPANPROOF_WINE_ENVIRONMENT}")
endfunction()

# spanproof_wine_root_test(<test> <root> <command…>): a test that is run on one
# Wine root of SPANPROOF_WINE_ROOTS, named $SPANPROOF_WINE_ROOT, with a prefix of
# its own, as <test>.<name of the folder>.
set(SPANPROOF_WINE_ROOTS "" CACHE STRING
  "Folders made by tools/make_wine_root.sh: tests are run on their Wines too")
function(spanproof_wine_root_test test root)
  cmake_path(GET root FILENAME name)
  add_test(NAME ${test}.${name} COMMAND ${ARGN})
  set_tests_properties(${test}.${name} PROPERTIES TIMEOUT 1800 LABELS "wine;roots" FIXTURES_REQUIRED house
    RUN_SERIAL ON ENVIRONMENT "${SPANPROOF_TEST_ENVIRONMENT};SPANPROOF_WINE_ROOT=${root}\
;WINEPREFIX=${SPANPROOF_TEST_TREE}/wineprefix-${name};WINEDEBUG=-all;WINEDLLOVERRIDES=mscoree,mshtml=;LC_ALL=C.UTF-8")
endfunction()

function(spanproof_test)
  cmake_parse_arguments(arg "" "NAME;TIMEOUT" "SOURCES;LIBRARIES;LABELS;FIXTURES;SANITIZERS" ${ARGN})
  if(NOT BUILD_TESTING)
    return()
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  add_executable(${arg_NAME} ${arg_SOURCES})
  target_link_libraries(${arg_NAME} PRIVATE ${arg_LIBRARIES} GTest::gtest_main)
  if(WIN32)
    set_target_properties(${arg_NAME} PROPERTIES
      RUNTIME_OUTPUT_DIRECTORY "${SPANPROOF_PE_TESTS}")
    if(CMAKE_CROSSCOMPILING_EMULATOR)
      set(name "${SPANPROOF_ARCH}.${arg_NAME}")
      add_test(NAME ${name} COMMAND ${arg_NAME})
      spanproof_wine_test(${name})
      set_property(TEST ${name} APPEND PROPERTY LABELS ${arg_LABELS})
      set_property(TEST ${name} PROPERTY TIMEOUT ${arg_TIMEOUT})
    endif()
    return()
  endif()

  set_target_properties(${arg_NAME} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
  set(environment "${SPANPROOF_TEST_ENVIRONMENT}")
  set(fixtures house ${arg_FIXTURES})
  if("wine" IN_LIST arg_LABELS)
    set(environment "${SPANPROOF_WINE_ENVIRONMENT}")
    list(APPEND fixtures wine)
  endif()
  gtest_discover_tests(${arg_NAME} TEST_PREFIX "${arg_NAME}."
    DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60 TEST_LIST ${arg_NAME}_tests)
  # Properties that are lists do not survive gtest_discover_tests: CTest is told them by a file of its own.
  set(file "${CMAKE_CURRENT_BINARY_DIR}/${arg_NAME}_properties.cmake")
  file(CONFIGURE OUTPUT "${file}" @ONLY CONTENT
"if(@arg_NAME@_tests)
  set_tests_properties(\${@arg_NAME@_tests} PROPERTIES TIMEOUT @arg_TIMEOUT@
    FIXTURES_REQUIRED [==[@fixtures@]==] LABELS [==[@arg_LABELS@]==]
    ENVIRONMENT [==[@environment@]==])
endif()
")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${file}")

  if(NOT DEFINED arg_SANITIZERS)
    set(arg_SANITIZERS ${SPANPROOF_SANITIZERS})
  endif()
  foreach(preset IN LISTS arg_SANITIZERS)
    spanproof_sanitized_test(${preset} ${arg_NAME} "${environment}" "${fixtures}" "${arg_LABELS}")
  endforeach()
endfunction()
