# SPDX-License-Identifier: MIT
# Runs PROGRAM; fails unless it ends with 0 and, where the file EXPECTED is
# there, prints what that says, blanks at the ends of lines apart.
cmake_minimum_required(VERSION 3.25)
execute_process(COMMAND ${PROGRAM} OUTPUT_VARIABLE printed ERROR_VARIABLE error RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "${PROGRAM} ended with ${status}\n${printed}${error}")
endif()
if(NOT EXISTS "${EXPECTED}")
  return()
endif()
file(READ "${EXPECTED}" expected)
foreach(text printed expected)
  string(REGEX REPLACE "[ \t\r]+(\n|$)" "\\1" ${text} "${${text}}")
  string(REGEX REPLACE "\n+$" "" ${text} "${${text}}")
endforeach()
if(NOT printed STREQUAL expected)
  message(FATAL_ERROR "${PROGRAM} printed\n${printed}\nand the README says\n${expected}")
endif()
