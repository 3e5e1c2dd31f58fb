# SPDX-License-Identifier: MIT
# MinGW-w64 for 32-bit Windows. The -posix compilers: the -win32 ones lack
# std::thread.
set(SPANPROOF_ARCH win32)
set(SPANPROOF_TRIPLET i686-w64-mingw32)
include("${CMAKE_CURRENT_LIST_DIR}/toolchain-mingw.cmake")
