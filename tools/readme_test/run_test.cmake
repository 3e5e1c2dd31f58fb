# SPDX-License-Identifier: MIT
# run.cmake and extract.cmake: red where they must be, green where they may.
cmake_minimum_required(VERSION 3.25)
file(REMOVE_RECURSE "${WORK}")
file(MAKE_DIRECTORY "${WORK}")

function(expect_status wanted program expected)
  file(WRITE "${WORK}/expected.txt" "${expected}")
  execute_process(COMMAND "${CMAKE_COMMAND}" "-DPROGRAM=${program}" "-DEXPECTED=${WORK}/expected.txt" -P "${RUN}"
    OUTPUT_QUIET ERROR_QUIET RESULT_VARIABLE status)
  if(status EQUAL 0)
    set(seen green)
  else()
    set(seen red)
  endif()
  if(NOT seen STREQUAL wanted)
    message(FATAL_ERROR "'${program}' against '${expected}' was ${seen}")
  endif()
endfunction()
expect_status(green "${CMAKE_COMMAND};-E;echo;4 [callbacks]" "4 [callbacks]  \n")
expect_status(red "${CMAKE_COMMAND};-E;echo;4 callbacks" "5 callbacks\n")
expect_status(red "${CMAKE_COMMAND};-E;echo;4 callbacks" "4 callbacks\nmore\n")
expect_status(red "${CMAKE_COMMAND};-E;false" "")

include("${EXTRACT}")
file(WRITE "${WORK}/good.md" [[
Text.
```cpp
int main() { int a[2] = {1, 2}; return a[0] - 1; }
```

```text
x ; [y]
```
```c++
no program
```
```cpp
int main() {}
```
Prose.
```text
not its output
```
]])
readme_extract("${WORK}/good.md" "${WORK}" numbers)
file(READ "${WORK}/block_1.cc" code)
file(READ "${WORK}/block_1.txt" output)
if(NOT numbers STREQUAL "1;2" OR EXISTS "${WORK}/block_2.txt" OR NOT output STREQUAL "x ; [y]\n" OR
   NOT code STREQUAL "#line 3 \"${WORK}/good.md\"\nint main() { int a[2] = {1, 2}; return a[0] - 1; }\n")
  message(FATAL_ERROR "extracted '${numbers}', '${code}', '${output}'")
endif()

file(WRITE "${WORK}/extract_only.cmake"
  "cmake_minimum_required(VERSION 3.25)\ninclude(\"${EXTRACT}\")\nreadme_extract(\"\${MARKDOWN}\" \"${WORK}/bad\" numbers)\n")
set(bad_1 "```cpp\nint x;\n```\n")
set(bad_2 "```cpp\nint main() {}\n")
set(bad_3 "nothing\n")
foreach(i 1 2 3)
  file(WRITE "${WORK}/bad.md" "${bad_${i}}")
  execute_process(COMMAND "${CMAKE_COMMAND}" "-DMARKDOWN=${WORK}/bad.md" -P "${WORK}/extract_only.cmake"
    OUTPUT_QUIET ERROR_QUIET RESULT_VARIABLE status)
  if(status EQUAL 0)
    message(FATAL_ERROR "a README was accepted that says: ${bad_${i}}")
  endif()
endforeach()
