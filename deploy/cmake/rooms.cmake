# One target per room: signet_room(folder/room SOURCES ... DEPS ... LIBS ...).
option(SIGNET_TESTS "Build the tests" ON)
option(SIGNET_UNITY "Compile up to eight files of a target as one unit (hides a missing include)" OFF)
option(SIGNET_SHARDS "Run some tens of tests a process: a sanitized one takes a fifth of a second to start" OFF)
option(SIGNET_LINK_PROOF "Prove that each room's DEPS suffice by linking its whole archive" OFF)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

set(SIGNET_WARNINGS
    -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wold-style-cast -Wcast-qual
    -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough -Wnull-dereference
    -Wdouble-promotion -Wextra-semi)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # g++ 12 reports std::string::insert falsely (its bug 105651).
  list(APPEND SIGNET_WARNINGS -Wno-restrict)
endif()
if(SIGNET_UNITY)
  # A local name may be one that another file of the batch has at its top; dev looks at each file alone.
  list(APPEND SIGNET_WARNINGS -Wno-shadow)
endif()

# GoogleTest's macros trip two warnings. What is tested is compiled with -O2; at -O1 the tests themselves
# compile in two thirds of the time.
set(SIGNET_TEST_OPTIONS -Wno-null-dereference -Wno-sign-conversion $<$<CONFIG:Release>:-O1>)

function(signet_settings target)
  target_compile_options(${target} PRIVATE ${SIGNET_WARNINGS})
  target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR})
endfunction()

# Two thirds of a build's time go into the same headers. Sources with options of their own stay alone.
function(signet_units out target)
  set(alone)
  set(packed)
  foreach(source ${ARGN})
    get_source_file_property(options ${source} COMPILE_OPTIONS)
    if(SIGNET_UNITY AND NOT options)
      get_filename_component(source ${source} ABSOLUTE)
      list(APPEND packed ${source})
    else()
      list(APPEND alone ${source})
    endif()
  endforeach()
  if(packed)
    # What a file names decides where it fits.
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${packed})
    execute_process(
      COMMAND ${PYTHON3} -IS ${CMAKE_SOURCE_DIR}/deploy/cmake/unity.py ${CMAKE_BINARY_DIR}/unity ${target} ${packed}
      OUTPUT_VARIABLE units OUTPUT_STRIP_TRAILING_WHITESPACE
      COMMAND_ERROR_IS_FATAL ANY)
    string(REPLACE "\n" ";" packed "${units}")
  endif()
  set(${out} ${alone} ${packed} PARENT_SCOPE)
endfunction()

# Declares the room's static library signet::<folder>::<room>. DEPS are rooms to its left; LIBS are
# third-party targets that this room alone includes (they stay private).
function(signet_room path)
  cmake_parse_arguments(ROOM "" "" "SOURCES;DEPS;LIBS" ${ARGN})
  string(REPLACE "/" "_" name ${path})
  string(REPLACE "/" "::" alias ${path})
  signet_units(units signet_${name} ${ROOM_SOURCES})
  add_library(signet_${name} STATIC ${units})
  add_library(signet::${alias} ALIAS signet_${name})
  signet_settings(signet_${name})
  target_link_libraries(signet_${name} PUBLIC ${ROOM_DEPS} PRIVATE ${ROOM_LIBS})
  if(SIGNET_LINK_PROOF)
    add_executable(${name}_link_proof ${CMAKE_SOURCE_DIR}/deploy/cmake/link_proof.cc)
    target_link_libraries(${name}_link_proof
                          PRIVATE "$<LINK_LIBRARY:WHOLE_ARCHIVE,signet_${name}>")
    set_target_properties(${name}_link_proof PROPERTIES
                          RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/link_proof)
  endif()
endfunction()

# Declares a program bin/<name>.
function(signet_program name)
  cmake_parse_arguments(PROGRAM "" "" "SOURCES;DEPS;LIBS" ${ARGN})
  add_executable(${name} ${PROGRAM_SOURCES})
  signet_settings(${name})
  target_link_libraries(${name} PRIVATE ${PROGRAM_DEPS} ${PROGRAM_LIBS})
endfunction()

# Adds each room of the list that exists, in include order.
macro(signet_rooms)
  foreach(room ${ARGN})
    if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${room}/CMakeLists.txt)
      add_subdirectory(${room})
    endif()
  endforeach()
endmacro()

# Declares one test binary for a room: signet_test(folder/room SOURCES ... DEPS ... LIBS ...).
# Each TEST becomes a ctest of its own unless WHOLE is given (then the binary is one ctest), or with
# SIGNET_SHARDS for unit tests (then each shard is one, named by its number).
# Its label is `unit`, below tests/e2e `e2e`; LABELS adds more (`sanitized`: an e2e test that .ci/run
# also runs under ASan; `slow`: left out there).
function(signet_test path)
  cmake_parse_arguments(T "WHOLE" "TIMEOUT" "SOURCES;DEPS;LIBS;LABELS" ${ARGN})
  if(path MATCHES "^e2e/")
    list(PREPEND T_LABELS e2e)
  else()
    list(PREPEND T_LABELS unit)
  endif()
  string(REPLACE "/" "_" name ${path})
  set(target test_${name})
  signet_units(units ${target} ${T_SOURCES})
  add_executable(${target} ${units})
  signet_settings(${target})
  target_compile_options(${target} PRIVATE ${SIGNET_TEST_OPTIONS})
  target_link_libraries(${target} PRIVATE ${T_DEPS} ${T_LIBS} signet_test_main)
  if(TARGET signet_test_pch)
    target_precompile_headers(${target} REUSE_FROM signet_test_pch)
  endif()
  if(NOT T_TIMEOUT)
    set(T_TIMEOUT 300)
  endif()
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  if(T_WHOLE)
    add_test(NAME ${path} COMMAND ${target} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    set_tests_properties(${path} PROPERTIES TIMEOUT ${T_TIMEOUT} LABELS "${T_LABELS}")
  elseif(SIGNET_SHARDS AND path MATCHES "^(crypto|policies|pipelines|workers|coordinator)/")
    list(LENGTH T_SOURCES shards)
    math(EXPR shards "(${shards} + 2) / 3")
    math(EXPR timeout "4 * ${T_TIMEOUT}")
    foreach(shard RANGE 1 ${shards})
      math(EXPR index "${shard} - 1")
      add_test(NAME ${path}:${shard} COMMAND ${target} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
      set_tests_properties(${path}:${shard} PROPERTIES TIMEOUT ${timeout} LABELS "${T_LABELS}"
                           ENVIRONMENT "GTEST_TOTAL_SHARDS=${shards};GTEST_SHARD_INDEX=${index}")
    endforeach()
  else()
    gtest_discover_tests(${target} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} DISCOVERY_MODE PRE_TEST
                         TEST_PREFIX ${path}: PROPERTIES TIMEOUT ${T_TIMEOUT} LABELS "${T_LABELS}")
  endif()
endfunction()
