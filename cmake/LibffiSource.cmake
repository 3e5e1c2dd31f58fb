# SPDX-License-Identifier: MIT
# The target spanproof-libffi-source: libffi's sources in SPANPROOF_LIBFFI_DIR,
# fetched once per build folder. cmake/Libffi.cmake builds them for Windows.
set(SPANPROOF_LIBFFI_SOURCE "" CACHE STRING
  "libffi's sources: folder, tarball or URL; empty: Debian's source package")
set(SPANPROOF_LIBFFI_SHA256 "" CACHE STRING
  "SHA-256 of that tarball; empty: that of libffi 3.4.4's")
set(SPANPROOF_LIBFFI_DIR "${PROJECT_BINARY_DIR}/libffi/source")

# Written only when the wish changes, so that only then is it fetched again.
set(wish "${PROJECT_BINARY_DIR}/libffi/wish")
file(CONFIGURE OUTPUT "${wish}"
  CONTENT "${SPANPROOF_LIBFFI_SOURCE} ${SPANPROOF_LIBFFI_SHA256}\n" @ONLY)
set(fetched "${PROJECT_BINARY_DIR}/libffi/fetched")
add_custom_command(OUTPUT "${fetched}"
  COMMAND "${PROJECT_SOURCE_DIR}/tools/fetch_libffi.sh" "${SPANPROOF_LIBFFI_DIR}"
    "${SPANPROOF_LIBFFI_SOURCE}" "${SPANPROOF_LIBFFI_SHA256}"
  COMMAND "${CMAKE_COMMAND}" -E touch "${fetched}"
  DEPENDS "${wish}"
  COMMENT "Fetching libffi's sources" VERBATIM USES_TERMINAL)
add_custom_target(spanproof-libffi-source DEPENDS "${fetched}")
