# Third-party libraries, each found once. README.md says why each is here and from where.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
# The system's: deploy/install brings it, and a shim in PATH may be slow to start.
find_program(PYTHON3 python3 HINTS /usr/bin REQUIRED)
find_package(OpenSSL 3.0 REQUIRED COMPONENTS Crypto SSL)
find_package(nlohmann_json REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(RocksDB REQUIRED)
pkg_check_modules(xgboost REQUIRED IMPORTED_TARGET xgboost)
find_package(Eigen3 REQUIRED)
find_package(CLI11 REQUIRED)
find_package(cppzmq REQUIRED)
find_package(Boost REQUIRED)
find_package(date REQUIRED)
pkg_check_modules(httplib REQUIRED IMPORTED_TARGET cpp-httplib)
pkg_check_modules(thrift REQUIRED IMPORTED_TARGET thrift)
pkg_check_modules(thrift_nb REQUIRED IMPORTED_TARGET thrift-nb)
pkg_check_modules(zeromq REQUIRED IMPORTED_TARGET libzmq)
pkg_check_modules(utf8proc REQUIRED IMPORTED_TARGET libutf8proc)
# PKCS#11's header alone (libp11-kit-dev): the token's module is loaded at run time.
pkg_check_modules(p11_kit REQUIRED p11-kit-1)
add_library(pkcs11_headers INTERFACE)
target_include_directories(pkcs11_headers SYSTEM INTERFACE ${p11_kit_INCLUDE_DIRS})
find_program(THRIFT_COMPILER thrift REQUIRED)
find_library(PHONENUMBER_LIBRARY phonenumber REQUIRED)

# DuckDB has no Debian package: deploy/install brings duckdb.h and libduckdb.so from npm.
set(DUCKDB_ROOT "$ENV{DUCKDB_ROOT}" CACHE PATH "Folder with duckdb.h and libduckdb.so")
if(NOT DUCKDB_ROOT)
  set(DUCKDB_ROOT ${CMAKE_SOURCE_DIR}/.deps/duckdb)
endif()
if(NOT EXISTS ${DUCKDB_ROOT}/libduckdb.so)
  message(FATAL_ERROR "DuckDB is not in ${DUCKDB_ROOT}: run deploy/install, or set DUCKDB_ROOT")
endif()
file(COPY ${DUCKDB_ROOT}/libduckdb.so DESTINATION ${CMAKE_BINARY_DIR}/lib)
add_library(duckdb SHARED IMPORTED)
set_target_properties(duckdb PROPERTIES
  IMPORTED_LOCATION ${CMAKE_BINARY_DIR}/lib/libduckdb.so
  IMPORTED_NO_SONAME ON
  INTERFACE_SYSTEM_INCLUDE_DIRECTORIES ${DUCKDB_ROOT})
set(CMAKE_BUILD_RPATH "$ORIGIN/../lib")
set(CMAKE_BUILD_WITH_INSTALL_RPATH OFF)
