# SPDX-License-Identifier: MIT
# spanproof_test(NAME <n> SOURCES <…> [LIBRARIES <…>] [LABELS <…>])
#
# A GoogleTest program. On Linux each of its tests becomes a test of CTest; the
# label `wine` gives them the prefix of the build tree with its wineserver
# running (tools/CMakeLists.txt). In a Windows sub-build the whole program is
# one test, `<arch>.<n>`, run under Wine by the Linux build's CTest.
include(GoogleTest)

if(NOT WIN32)
  find_program(SPANPROOF_WINE64 NAMES wine64 PATHS /usr/lib/wine /usr/lib64/wine
    DOC "64-bit Wine loader: one process, true exit status")
  find_program(SPANPROOF_WINE32 NAMES wine PATHS /usr/lib/wine NO_DEFAULT_PATH
    DOC "32-bit Wine loader")
  find_program(SPANPROOF_WINESERVER NAMES wineserver DOC "Wine's server")
  set(SPANPROOF_TEST_PREFIX "${PROJECT_BINARY_DIR}/wineprefix")
endif()

# What every process under Wine in the tests is started with.
set(SPANPROOF_WINE_ENVIRONMENT
  "WINEPREFIX=${SPANPROOF_TEST_PREFIX}" "WINEDEBUG=-all"
  "WINEDLLOVERRIDES=mscoree,mshtml=" "LC_ALL=C.UTF-8"
  "SPANPROOF_MARK=ctest")

# spanproof_wine_test(<test>): gives an add_test() test the label `wine` and all
# that goes with it.
function(spanproof_wine_test test)
  set_tests_properties(${test} PROPERTIES TIMEOUT 120 LABELS wine
    FIXTURES_REQUIRED wine ENVIRONMENT "${SPANPROOF_WINE_ENVIRONMENT}")
endfunction()

function(spanproof_test)
  cmake_parse_arguments(arg "" "NAME" "SOURCES;LIBRARIES;LABELS" ${ARGN})
  if(NOT BUILD_TESTING)
    return()
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
    endif()
    return()
  endif()

  set_target_properties(${arg_NAME} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
  set(properties TIMEOUT 120)
  if("wine" IN_LIST arg_LABELS)
    string(REPLACE ";" "\\;" environment "${SPANPROOF_WINE_ENVIRONMENT}")
    list(APPEND properties FIXTURES_REQUIRED wine ENVIRONMENT "${environment}")
  endif()
  if(arg_LABELS)
    string(REPLACE ";" "\\;" labels "${arg_LABELS}")
    list(APPEND properties LABELS "${labels}")
  endif()
  gtest_discover_tests(${arg_NAME} TEST_PREFIX "${arg_NAME}."
    DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60 PROPERTIES ${properties})
endfunction()
