# What most files of the core and their tests include, compiled once.

set(DSR_USUAL_HEADERS
    <algorithm>
    <functional>
    <map>
    <memory>
    <optional>
    <set>
    <string>
    <variant>
    <vector>
    <absl/status/statusor.h>
    <absl/strings/str_cat.h>
    <absl/time/time.h>
    <dsr/storage/v1/event.pb.h>
    <dsr/storage/v1/state.pb.h>
    <dsr/v1/hold.pb.h>
    <dsr/v1/policy.pb.h>
    <dsr/v1/registry.pb.h>
    <dsr/v1/request_service.pb.h>
    <dsr/v1/workflow.pb.h>)
set(DSR_USUAL_DEPS dsr_proto absl::statusor absl::strings absl::time)
dsr_add_precompiled(dsr_precompiled HEADERS ${DSR_USUAL_HEADERS} DEPS ${DSR_USUAL_DEPS})
if(BUILD_TESTING)
  dsr_add_precompiled(dsr_precompiled_for_tests
    HEADERS <gmock/gmock.h> <gtest/gtest.h> ${DSR_USUAL_HEADERS}
    DEPS ${DSR_USUAL_DEPS} GTest::gmock
    OPTIONS -O0)
endif()
