# SPDX-License-Identifier: MIT
# A program of somebody's own compiles as the README says: add_subdirectory(SOURCE)
# and a link to spanproof::bridge_client. Only the program is compiled; it looks for the
# host where this project, as a part of another, builds it.
cmake_minimum_required(VERSION 3.25)
file(REMOVE_RECURSE "${WORK}")
file(MAKE_DIRECTORY "${WORK}")
file(COPY_FILE "${PROGRAM}" "${WORK}/own.cc")
file(WRITE "${WORK}/CMakeLists.txt" "cmake_minimum_required(VERSION 3.25)
project(Own CXX)
add_subdirectory([[${SOURCE}]] spanproof)
add_executable(own own.cc)
target_link_libraries(own PRIVATE spanproof::bridge_client)
")
execute_process(COMMAND "${CMAKE_COMMAND}" -S "${WORK}" -B "${WORK}/build" -G Ninja
  OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND "${CMAKE_COMMAND}" --build "${WORK}/build" --target CMakeFiles/own.dir/own.cc.o
  COMMAND_ERROR_IS_FATAL ANY)
file(STRINGS "${WORK}/build/build.ninja" told REGEX "INSTALL_LIBDIR=.*${WORK}/build/spanproof/lib/spanproof")
if(NOT told)
  message(FATAL_ERROR "the client does not know where the host is built")
endif()
