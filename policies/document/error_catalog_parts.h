/// The parts of the error catalogue, one per thousand.
#pragma once

#include <span>

#include "crypto/base/status.h"

namespace signet::policies {

/// An entry as it stands in the tables; see ErrorEntry.
struct ErrorRow {
  const char* code = "";
  const char* title = "";
  const char* explanation = "";
  const char* remedy = "";
  StatusCode status = StatusCode::kInvalid;
};

std::span<const ErrorRow> DocumentErrors();
std::span<const ErrorRow> PolicyErrors();
std::span<const ErrorRow> PlanErrors();
std::span<const ErrorRow> RuntimeErrors();

}  // namespace signet::policies
