# SPDX-License-Identifier: MIT
# cmake -DROOT=<repository> -P check_includes.cmake
# The arrows between the rooms run one way: every #include of ours must be
# spelled from the repository's root and point into a room that the including
# room may use. Fails with one line per include that does not.
cmake_minimum_required(VERSION 3.25)

# Room: the rooms that it may include, itself not named. The longest room that
# a file's path starts with is its room; an entry allows that folder alone and
# not the rooms listed below it, or one header.
set(rules
  "bridge/core:"
  # The numbers of the faults that its tests ask for.
  "bridge/client: bridge/core dlls/faults.h"
  "bridge/host: bridge/core"
  "bridge/testee: bridge/client bridge/core harness/testee harness/testee/sdk harness/model"
  "bridge/bench: bridge/client bridge/core"
  "harness/model:"
  # Frames are the one thing that both sides of the testee protocol share.
  "harness/testee/sdk: harness/testee/frame.h harness/model"
  "harness/testee: harness/model"
  "harness/inproc: harness/testee/sdk harness/model"
  "harness/trace: harness/model"
  "harness/check: harness/model"
  "harness/run: harness/check harness/testee harness/trace harness/model"
  "harness/cli: harness/run harness/check harness/testee harness/trace harness/model reports"
  "reports: harness/model"
  # The nothing and echo testees are written with the SDK, as a third party's are.
  "fixtures/testees: harness/testee/sdk harness/model"
  "suites: harness/model harness/inproc"
  "dlls:"
  "tools:")
set(folders bridge harness reports fixtures suites dlls tools)

# Headers that stay behind one door: regular expression, then the rooms.
set(doors
  "cereal/: harness/trace"
  "ffi[.]h$: harness/inproc")

set(rooms)
foreach(rule IN LISTS rules)
  string(REGEX MATCH "^([^:]+):(.*)$" _ "${rule}")
  set(room "${CMAKE_MATCH_1}")
  string(STRIP "${CMAKE_MATCH_2}" allowed)
  list(APPEND rooms "${room}")
  string(REPLACE " " ";" "may_include_${room}" "${allowed}")
endforeach()

# Sets `result` to the room of a path, empty where no room is its.
function(room_of path result)
  set(longest "")
  foreach(room IN LISTS rooms)
    string(FIND "${path}" "${room}/" at)
    string(LENGTH "${room}" length)
    string(LENGTH "${longest}" best)
    if(at EQUAL 0 AND length GREATER best)
      set(longest "${room}")
    endif()
  endforeach()
  set(${result} "${longest}" PARENT_SCOPE)
endfunction()

set(wrong "")
set(count 0)
function(complain file line text)
  string(APPEND wrong "${file}: ${line}: ${text}\n")
  set(wrong "${wrong}" PARENT_SCOPE)
endfunction()

foreach(folder IN LISTS folders)
  file(GLOB_RECURSE files RELATIVE "${ROOT}"
    "${ROOT}/${folder}/*.h" "${ROOT}/${folder}/*.cc" "${ROOT}/${folder}/*.c" "${ROOT}/${folder}/*.S")
  foreach(file IN LISTS files)
    room_of("${file}" room)
    if(room STREQUAL "")
      complain("${file}" "-" "its folder is no room of tools/check_includes.cmake")
      continue()
    endif()
    file(STRINGS "${ROOT}/${file}" lines REGEX "^[ \t]*#[ \t]*include[ \t]*[<\"]")
    foreach(line IN LISTS lines)
      math(EXPR count "${count} + 1")
      string(REGEX MATCH "[<\"]([^>\"]+)[>\"]" _ "${line}")
      set(header "${CMAKE_MATCH_1}")
      string(STRIP "${line}" line)
      string(REGEX REPLACE "/.*" "" first "${header}")

      foreach(door IN LISTS doors)
        string(REGEX MATCH "^([^:]+): (.*)$" _ "${door}")
        set(pattern "${CMAKE_MATCH_1}")
        string(REPLACE " " ";" behind "${CMAKE_MATCH_2}")
        if(header MATCHES "^${pattern}" AND NOT room IN_LIST behind)
          complain("${file}" "${line}" "only ${behind} may use it")
        endif()
      endforeach()
      if(header STREQUAL "windows.h" AND file MATCHES "[.]h$")
        complain("${file}" "${line}" "not in a header")
      endif()

      if(first IN_LIST folders AND header MATCHES "/")
        room_of("${header}" target)
        if(NOT target STREQUAL room AND NOT target IN_LIST "may_include_${room}"
            AND NOT header IN_LIST "may_include_${room}")
          complain("${file}" "${line}" "${room} may not use ${target}")
        endif()
      elseif(line MATCHES "\"")
        cmake_path(GET file PARENT_PATH own)
        if(EXISTS "${ROOT}/${own}/${header}")
          complain("${file}" "${line}" "say it from the root: \"${own}/${header}\"")
        endif()
      endif()
    endforeach()
  endforeach()
endforeach()

if(NOT wrong STREQUAL "")
  message(FATAL_ERROR "Includes that run against the arrows of the design:\n${wrong}")
endif()
if(count EQUAL 0)
  message(FATAL_ERROR "No include was found under ${ROOT}: is it the repository?")
endif()
message(STATUS "${count} includes run along the arrows")
