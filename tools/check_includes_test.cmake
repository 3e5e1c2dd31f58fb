# SPDX-License-Identifier: MIT
# cmake -DCHECK=<check_includes.cmake> -DWORK=<folder> -P check_includes_test.cmake
# Shows that the include check goes red, and names the line, on each kind of
# wrong include, and stays green on right ones.
cmake_minimum_required(VERSION 3.25)

# try(<file> <include> <expected>): a tree of one file with one include;
# `expected` is "green" or a part of the message.
function(try file include expected)
  file(REMOVE_RECURSE "${WORK}")
  file(WRITE "${WORK}/${file}" "#include ${include}\n")
  file(WRITE "${WORK}/harness/run/neighbour.h" "#include <vector>\n")
  execute_process(COMMAND "${CMAKE_COMMAND}" -DROOT=${WORK} -P "${CHECK}"
    RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  # CMake wraps the lines of a message.
  string(REGEX REPLACE "[ \n]+" " " output "${output}")
  if(expected STREQUAL "green")
    if(NOT status EQUAL 0)
      message(SEND_ERROR "${file} with ${include} should be green, but:\n${output}")
    endif()
  else()
    string(FIND "${output}" "${expected}" at)
    if(status EQUAL 0 OR at LESS 0)
      message(SEND_ERROR "${file} with ${include} should be red for '${expected}', but:\n${output}")
    endif()
  endif()
endfunction()

try(harness/run/run.cc "\"harness/model/type.h\"" green)
try(harness/run/run.cc "\"bridge/core/frame.h\"" "harness/run may not use bridge/core")
try(harness/model/type.cc "\"harness/testee/sdk/engine.h\"" "harness/model may not use harness/testee/sdk")
try(bridge/core/frame.cc "\"bridge/client/session.h\"" "bridge/core may not use bridge/client")
try(bridge/core/frame.cc "\"harness/model/type.h\"" "bridge/core may not use harness/model")
try(bridge/testee/adapter.cc "\"bridge/client/session.h\"" green)
try(harness/inproc/call.cc "<ffi.h>" green)
try(bridge/client/call.cc "<ffi.h>" "only harness/inproc may use it")
try(harness/trace/record.cc "<cereal/cereal.hpp>" green)
try(harness/model/record.h "<cereal/cereal.hpp>" "only harness/trace may use it")
try(bridge/host/win.cc "<windows.h>" green)
try(bridge/host/win.h "<windows.h>" "not in a header")
try(harness/run/run.cc "\"neighbour.h\"" "say it from the root: \"harness/run/neighbour.h\"")
try(bridge/attic/old.cc "<vector>" "its folder is no room")
file(REMOVE_RECURSE "${WORK}")
