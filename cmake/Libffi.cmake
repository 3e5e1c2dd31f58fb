# SPDX-License-Identifier: MIT
# spanproof::ffi: libffi for the Windows part, static, built by its own build
# system from SPANPROOF_LIBFFI_DIR (cmake/LibffiSource.cmake).
include(ExternalProject)

set(SPANPROOF_LIBFFI_DIR "" CACHE PATH "libffi's sources")
find_program(SPANPROOF_MAKE NAMES make gmake NO_CMAKE_FIND_ROOT_PATH REQUIRED)

set(libffi_build "${PROJECT_BINARY_DIR}/libffi")
set(libffi_cflags "-O2 -ffile-prefix-map=${SPANPROOF_LIBFFI_DIR}=libffi -ffile-prefix-map=${libffi_build}=build")
ExternalProject_Add(spanproof-libffi
  SOURCE_DIR "${SPANPROOF_LIBFFI_DIR}"
  BINARY_DIR "${libffi_build}"
  STAMP_DIR "${PROJECT_BINARY_DIR}/libffi-stamp"
  TMP_DIR "${PROJECT_BINARY_DIR}/libffi-tmp"
  DOWNLOAD_COMMAND "" INSTALL_COMMAND ""
  CONFIGURE_COMMAND "${SPANPROOF_LIBFFI_DIR}/configure" --quiet
    --host=${SPANPROOF_TRIPLET} --disable-shared --enable-static --disable-docs
    --disable-multi-os-directory
    "CC=${CMAKE_C_COMPILER}" "CXX=${CMAKE_CXX_COMPILER}" "CFLAGS=${libffi_cflags}"
  BUILD_COMMAND "${SPANPROOF_MAKE}" --silent -j2
  BUILD_BYPRODUCTS "${libffi_build}/.libs/libffi.a"
  LOG_CONFIGURE ON LOG_BUILD ON LOG_OUTPUT_ON_FAILURE ON)

# The folder is made by the sub-build, but CMake wants it to be there.
file(MAKE_DIRECTORY "${libffi_build}/include")
add_library(spanproof-ffi-archive STATIC IMPORTED GLOBAL)
set_target_properties(spanproof-ffi-archive PROPERTIES
  IMPORTED_LOCATION "${libffi_build}/.libs/libffi.a"
  INTERFACE_INCLUDE_DIRECTORIES "${libffi_build}/include"
  INTERFACE_COMPILE_DEFINITIONS FFI_STATIC_BUILD)
add_dependencies(spanproof-ffi-archive spanproof-libffi)
add_library(spanproof::ffi ALIAS spanproof-ffi-archive)
