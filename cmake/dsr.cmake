# How the targets of this project are made.

# Applies the warnings of our own code; generated code goes without. GCC also calls fields missing that a
# designated initialiser leaves at their default on purpose.
function(dsr_set_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Werror -Werror=unused-result
                                           -Werror=switch -Wno-missing-field-initializers)
endfunction()

# Lets the target start from headers that nearly every file includes, compiled once: with g++ that is
# half of its time. A file still includes what it uses; clang's build goes without and tells, most of
# all with -DCMAKE_UNITY_BUILD=OFF.
# What sees gRPC is compiled with other options, and goes without as well.
function(dsr_precompile target from)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND NOT DSR_SEES_GRPC)
    target_precompile_headers(${target} REUSE_FROM ${from})
    # ccache asks for it.
    target_compile_options(${target} PRIVATE -fpch-preprocess)
  endif()
endfunction()

# dsr_add_precompiled(<name> HEADERS <header>... DEPS <target>... [OPTIONS <option>...])
#
# Adds what dsr_precompile starts from. OPTIONS must be those of the targets that do.
function(dsr_add_precompiled name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "HEADERS;DEPS;OPTIONS")
  set(source ${CMAKE_CURRENT_BINARY_DIR}/${name}.cc)
  file(WRITE ${source} "// Gives the precompiled headers a target.\n")
  add_library(${name} OBJECT ${source})
  target_link_libraries(${name} PRIVATE ${arg_DEPS})
  dsr_set_warnings(${name})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_precompile_headers(${name} PRIVATE ${arg_HEADERS})
  endif()
  target_compile_options(${name} PRIVATE ${arg_OPTIONS})
endfunction()

# dsr_add_library(<name> SOURCES <file>... DEPS <target>... [PRIVATE_DEPS <target>...])
#
# Adds one layer as a static library. DEPS are seen by its users, PRIVATE_DEPS are not. Includes are
# written from include/ or src/.
function(dsr_add_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;DEPS;PRIVATE_DEPS")
  add_library(${name} STATIC ${arg_SOURCES})
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR}/include
                                            ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(${name} PUBLIC ${arg_DEPS} PRIVATE ${arg_PRIVATE_DEPS})
  dsr_set_warnings(${name})
  dsr_precompile(${name} dsr_precompiled)
endfunction()

# dsr_add_executable(<name> SOURCES <file>... DEPS <target>...)
#
# Adds a program. Its install rule stands beside the call.
function(dsr_add_executable name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;DEPS")
  add_executable(${name} ${arg_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/include
                                             ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(${name} PRIVATE ${arg_DEPS})
  dsr_set_warnings(${name})
endfunction()

# dsr_add_test(<name> SOURCES <file>... DEPS <target>... [TIMEOUT <seconds>] [COST <seconds>])
#
# Adds a GoogleTest program whose tests ctest lists when it runs, not when it builds. Tests include
# from tests/ as well, and find files of the repository under the macro DSR_SOURCE_DIR. Of those with
# a COST each test takes about that long, so that ctest begins with them.
function(dsr_add_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "TIMEOUT;COST" "SOURCES;DEPS")
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  if(NOT arg_COST)
    set(arg_COST 0)
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_compile_definitions(${name} PRIVATE DSR_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  target_link_libraries(${name} PRIVATE ${arg_DEPS} GTest::gmock GTest::gtest_main)
  dsr_set_warnings(${name})
  # Optimising the tests themselves costs more time than it saves; what they test stays as it is.
  target_compile_options(${name} PRIVATE -O0)
  dsr_precompile(${name} dsr_precompiled_for_tests)
  if(DSR_CORE_ONLY)
    # A sanitized process takes longer to start than most tests to run: half of them in each of two.
    foreach(shard 0 1)
      add_test(NAME ${name}.${shard} COMMAND ${name})
      set_tests_properties(${name}.${shard} PROPERTIES TIMEOUT 1800 COST ${arg_COST}
        ENVIRONMENT "GTEST_TOTAL_SHARDS=2;GTEST_SHARD_INDEX=${shard}")
    endforeach()
    return()
  endif()
  include(GoogleTest)
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
                       PROPERTIES TIMEOUT ${arg_TIMEOUT} COST ${arg_COST})
endfunction()
