# SPDX-License-Identifier: MIT
# Where each program lies. The build tree mirrors the installed layout, so that
# a program finds everything relative to itself in both. Included after the
# rooms; a program that is missing here is not installed.
include(GNUInstallDirs)

# Under <prefix>; fixed names, since programs look for them by these.
set(SPANPROOF_LIBEXEC libexec/spanproof)
set(SPANPROOF_LIB lib/spanproof)
set(SPANPROOF_SHARE share/spanproof)

if(WIN32)
  foreach(target spanproof-host spanproof-inproc thunks)
    if(TARGET ${target})
      set_target_properties(${target} PROPERTIES PREFIX ""
        RUNTIME_OUTPUT_DIRECTORY "${SPANPROOF_PE_OUTPUT}"
        LIBRARY_OUTPUT_DIRECTORY "${SPANPROOF_PE_OUTPUT}")
    endif()
  endforeach()
  if(TARGET thunks)
    spanproof_fixed_image_base(thunks)
  endif()
  return()
endif()

if(TARGET spanproof)
  set_target_properties(spanproof PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
  install(TARGETS spanproof RUNTIME DESTINATION bin)
endif()
foreach(target
    spanproof-bridge-testee spanproof-nothing spanproof-echo spanproof-thunkgen
    spanproof-bench)
  if(TARGET ${target})
    set_target_properties(${target} PROPERTIES
      RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/${SPANPROOF_LIBEXEC}")
    install(TARGETS ${target} RUNTIME DESTINATION ${SPANPROOF_LIBEXEC})
  endif()
endforeach()

# How a Wine root is entered, by the harness and by the bridge's client.
file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/${SPANPROOF_LIB}")
file(CREATE_LINK "${PROJECT_SOURCE_DIR}/tools/enter_wine_root.sh"
  "${PROJECT_BINARY_DIR}/${SPANPROOF_LIB}/enter-wine-root" SYMBOLIC)
install(PROGRAMS tools/enter_wine_root.sh DESTINATION ${SPANPROOF_LIB} RENAME enter-wine-root)

# Data is linked into the build tree: an edit is seen without a build.
# <source folder> <folder under the prefix>
set(data_folders
  suites ${SPANPROOF_SHARE}/suites
  fixtures ${SPANPROOF_SHARE}/fixtures
  harness/testee/manifests ${SPANPROOF_LIB}/testees)
while(data_folders)
  list(POP_FRONT data_folders source installed)
  if(IS_DIRECTORY "${PROJECT_SOURCE_DIR}/${source}")
    cmake_path(GET installed PARENT_PATH parent)
    file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/${parent}")
    file(CREATE_LINK "${PROJECT_SOURCE_DIR}/${source}"
      "${PROJECT_BINARY_DIR}/${installed}" SYMBOLIC)
    install(DIRECTORY "${source}/" DESTINATION "${installed}"
      PATTERN "CMakeLists.txt" EXCLUDE PATTERN "*.cc" EXCLUDE PATTERN "*.h" EXCLUDE)
  endif()
endwhile()

# What the Windows sub-builds made.
foreach(arch IN LISTS SPANPROOF_PE_ARCHES)
  install(DIRECTORY "${PROJECT_BINARY_DIR}/${SPANPROOF_LIB}/${arch}"
    DESTINATION ${SPANPROOF_LIB} USE_SOURCE_PERMISSIONS)
endforeach()
