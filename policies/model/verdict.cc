#include "policies/model/verdict.h"

#include <string>
#include <utility>

namespace signet::policies {

Verdict Verdict::Allow(std::string rule, std::string article, std::string message) {
  return {true, std::move(rule), std::move(article), std::move(message)};
}

Verdict Verdict::Deny(std::string rule, std::string article, std::string message) {
  return {false, std::move(rule), std::move(article), std::move(message)};
}

Json Verdict::ToJson() const {
  return Json::Of(
      {{"allowed", allowed}, {"rule", rule}, {"article", article}, {"message", message}});
}

}  // namespace signet::policies
