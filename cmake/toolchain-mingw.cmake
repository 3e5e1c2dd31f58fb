# SPDX-License-Identifier: MIT
# Shared by toolchain-mingw64.cmake and toolchain-mingw32.cmake, which set
# SPANPROOF_ARCH and SPANPROOF_TRIPLET.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
if(SPANPROOF_ARCH STREQUAL "win32")
  set(CMAKE_SYSTEM_PROCESSOR i686)
endif()

set(CMAKE_C_COMPILER ${SPANPROOF_TRIPLET}-gcc-posix)
set(CMAKE_CXX_COMPILER ${SPANPROOF_TRIPLET}-g++-posix)
set(CMAKE_ASM_COMPILER ${SPANPROOF_TRIPLET}-gcc-posix)
set(CMAKE_RC_COMPILER ${SPANPROOF_TRIPLET}-windres)

# Programs carry their runtime with them: they run from any folder, on any Wine
# and on Windows.
set(CMAKE_EXE_LINKER_FLAGS_INIT "-static")
set(CMAKE_SHARED_LINKER_FLAGS_INIT "-static")
set(CMAKE_MODULE_LINKER_FLAGS_INIT "-static")

set(CMAKE_FIND_ROOT_PATH /usr/${SPANPROOF_TRIPLET})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

# The top passes the loader it found; empty: built, but not run here.
if(SPANPROOF_WINE_LOADER)
  set(CMAKE_CROSSCOMPILING_EMULATOR "${SPANPROOF_WINE_LOADER}")
endif()
