# SPDX-License-Identifier: MIT
# Test programs of this tree once more under sanitizers: `tsan.<program>` and
# `asan-ubsan.<program>`. They are built by the presets of these names in
# build trees below this one, when their tests are run, so that nobody else waits for
# them; the Windows parts are this tree's. What lies below one first folder, bridge
# or harness, is one fixture, and has a label of its own: `sanitize-bridge`.
option(SPANPROOF_SANITIZED_TESTS "run tests of what has threads or parses under sanitizers too" ON)

# Processes of these tests start others, fork, are killed and kill. Leaks are looked for.
set(SPANPROOF_OPTIONS_tsan "TSAN_OPTIONS=second_deadlock_stack=1:die_after_fork=0")
set(SPANPROOF_OPTIONS_asan-ubsan "ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1"
  "UBSAN_OPTIONS=print_stacktrace=1")

# spanproof_sanitized_test(<preset> <program> <environment> <fixtures> <labels>)
function(spanproof_sanitized_test preset program environment fixtures labels)
  if(preset STREQUAL "none" OR WIN32 OR SPANPROOF_SANITIZE OR NOT SPANPROOF_SANITIZED_TESTS)
    return()
  endif()
  set(test ${preset}.${program})
  cmake_path(RELATIVE_PATH CMAKE_CURRENT_SOURCE_DIR BASE_DIRECTORY "${PROJECT_SOURCE_DIR}" OUTPUT_VARIABLE folder)
  string(REGEX REPLACE "/.*" "" folder "${folder}")
  add_test(NAME ${test} COMMAND "${PROJECT_SOURCE_DIR}/tools/run_sanitized.sh"
    "${PROJECT_BINARY_DIR}/${preset}/tests/${program}")
  set_tests_properties(${test} PROPERTIES TIMEOUT 600 LABELS "${labels};sanitize;sanitize-${folder}"
    FIXTURES_REQUIRED "${fixtures};${preset}-${folder}" SKIP_RETURN_CODE 77
    ENVIRONMENT "${environment};${SPANPROOF_OPTIONS_${preset}}")
  set_property(GLOBAL APPEND PROPERTY SPANPROOF_PROGRAMS_${preset}_${folder} ${program})
endfunction()

# Called when all rooms are known: the fixtures that build their programs.
function(spanproof_sanitized_builds)
  foreach(preset tsan asan-ubsan)
    foreach(folder bridge harness)
      get_property(programs GLOBAL PROPERTY SPANPROOF_PROGRAMS_${preset}_${folder})
      if(NOT programs)
        continue()
      endif()
      set(test ${preset}.build_${folder})
      add_test(NAME ${test} WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
        COMMAND "${PROJECT_SOURCE_DIR}/tools/build_sanitized.sh" "${CMAKE_COMMAND}" ${preset} "${PROJECT_BINARY_DIR}"
          "${CMAKE_CXX_COMPILER}" ${programs})
      set_tests_properties(${test} PROPERTIES FIXTURES_SETUP ${preset}-${folder} TIMEOUT 1800
        LABELS "sanitize;sanitize-${folder}" RESOURCE_LOCK ${preset})
    endforeach()
  endforeach()
endfunction()
