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
  foreach(target spanproof-host spanproof-inproc thunks spanproof-native)
    if(TARGET ${target})
      set_target_properties(${target} PROPERTIES PREFIX ""
        RUNTIME_OUTPUT_DIRECTORY "${SPANPROOF_PE_OUTPUT}"
        LIBRARY_OUTPUT_DIRECTORY "${SPANPROOF_PE_OUTPUT}")
    endif()
  endforeach()
  return()
endif()

if(TARGET spanproof)
  set_target_properties(spanproof PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
  install(TARGETS spanproof RUNTIME DESTINATION bin)
endif()
foreach(target
    spanproof-bridge-testee spanproof-nothing spanproof-echo spanproof-thunkgen)
  if(TARGET ${target})
    set_target_properties(${target} PROPERTIES
      RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/${SPANPROOF_LIBEXEC}")
    install(TARGETS ${target} RUNTIME DESTINATION ${SPANPROOF_LIBEXEC})
  endif()
endforeach()

# Data is linked into the build tree: an edit is seen without a build.
file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/${SPANPROOF_SHARE}")
foreach(folder suites fixtures)
  if(IS_DIRECTORY "${PROJECT_SOURCE_DIR}/${folder}")
    file(CREATE_LINK "${PROJECT_SOURCE_DIR}/${folder}"
      "${PROJECT_BINARY_DIR}/${SPANPROOF_SHARE}/${folder}" SYMBOLIC)
    install(DIRECTORY ${folder} DESTINATION ${SPANPROOF_SHARE}
      PATTERN "CMakeLists.txt" EXCLUDE PATTERN "*.cc" EXCLUDE PATTERN "*.h" EXCLUDE)
  endif()
endforeach()

# lib/ is filled by the Windows sub-builds and by rooms that write testee
# manifests into ${CMAKE_BINARY_DIR}/lib/spanproof/testees.
install(DIRECTORY "${PROJECT_BINARY_DIR}/${SPANPROOF_LIB}/" DESTINATION ${SPANPROOF_LIB}
  USE_SOURCE_PERMISSIONS PATTERN "*.a" EXCLUDE)
