# SPDX-License-Identifier: MIT
# The Windows parts: this source tree once more per architecture, with a MinGW
# toolchain. `cmake --build` of the top is enough; the sub-builds always look.
include(ExternalProject)

set(SPANPROOF_PE_ARCHES "win64;win32" CACHE STRING "Windows architectures to build")
set(SPANPROOF_PE_BUILD_TYPE "Release" CACHE STRING "build type of the Windows parts")

set(pe_depends spanproof-libffi-source)
set(pe_thunkgen)
if(TARGET spanproof-thunkgen)
  list(APPEND pe_depends spanproof-thunkgen)
  set(pe_thunkgen "-DSPANPROOF_THUNKGEN:FILEPATH=$<TARGET_FILE:spanproof-thunkgen>")
endif()
include(LibffiSource)

set(pe_files)
foreach(arch IN LISTS SPANPROOF_PE_ARCHES)
  string(REPLACE "win" "mingw" toolchain "${arch}")
  set(loader "${SPANPROOF_WINE64}")
  if(arch STREQUAL "win32")
    set(loader "${SPANPROOF_WINE32}")
  endif()
  # Test programs are built where they can be run.
  set(testing "${BUILD_TESTING}")
  if(NOT loader)
    set(loader "")
    set(testing OFF)
  endif()
  ExternalProject_Add(spanproof-pe-${arch}
    SOURCE_DIR "${PROJECT_SOURCE_DIR}"
    BINARY_DIR "${PROJECT_BINARY_DIR}/pe/${arch}"
    STAMP_DIR "${PROJECT_BINARY_DIR}/pe/stamp-${arch}"
    TMP_DIR "${PROJECT_BINARY_DIR}/pe/tmp-${arch}"
    DOWNLOAD_COMMAND "" INSTALL_COMMAND "" TEST_COMMAND ""
    DEPENDS ${pe_depends}
    BUILD_ALWAYS ON USES_TERMINAL_CONFIGURE ON USES_TERMINAL_BUILD ON
    CMAKE_ARGS --no-warn-unused-cli
      "-DCMAKE_TOOLCHAIN_FILE:FILEPATH=${PROJECT_SOURCE_DIR}/cmake/toolchain-${toolchain}.cmake"
      "-DCMAKE_BUILD_TYPE:STRING=${SPANPROOF_PE_BUILD_TYPE}"
      "-DBUILD_TESTING:BOOL=${testing}"
      "-DSPANPROOF_WINE_LOADER:FILEPATH=${loader}"
      "-DSPANPROOF_PE_OUTPUT:PATH=${PROJECT_BINARY_DIR}/lib/spanproof/${arch}"
      "-DSPANPROOF_PE_TESTS:PATH=${PROJECT_BINARY_DIR}/tests/${arch}"
      "-DSPANPROOF_TEST_TREE:PATH=${SPANPROOF_TEST_TREE}"
      "-DSPANPROOF_STAGED_INCLUDE:PATH=${SPANPROOF_STAGED_INCLUDE}"
      "-DSPANPROOF_LIBFFI_DIR:PATH=${SPANPROOF_LIBFFI_DIR}"
      ${pe_thunkgen})
  # CTest reads the sub-build's own test file once it is there.
  string(APPEND pe_files "if(EXISTS \"${PROJECT_BINARY_DIR}/pe/${arch}/CTestTestfile.cmake\")
  subdirs(\"${PROJECT_BINARY_DIR}/pe/${arch}\")
endif()
")
endforeach()

file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/pe/tests.cmake" CONTENT "@pe_files@" @ONLY)
set_property(DIRECTORY "${PROJECT_SOURCE_DIR}" APPEND PROPERTY
  TEST_INCLUDE_FILES "${PROJECT_BINARY_DIR}/pe/tests.cmake")
