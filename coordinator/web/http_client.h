/// One HTTP call with a deadline: for witnesses.
#pragma once

#include <string>
#include <string_view>

#include "coordinator/web/http_message.h"
#include "crypto/base/status.h"

namespace signet::coordinator {

/// An URL's parts; kInvalid unless it is http or https with a host and without user information.
struct HttpUrl {
  std::string scheme_host_port;  ///< "https://witness.example:8443"
  std::string path;              ///< starts with '/'
  static Result<HttpUrl> FromText(std::string_view text);
};

/// POSTs `body`; waits at most `seconds_max` for the connection and for each read. Redirects are
/// not followed. kUnavailable when there is no answer, kInvalid for the URL. An answer of any
/// status is a result; at most 1 MiB of it.
Result<HttpAnswer> HttpPost(const std::string& url,
                            const std::string& body,
                            const std::string& content_type,
                            int seconds_max);
Result<HttpAnswer> HttpGet(const std::string& url, int seconds_max);

}  // namespace signet::coordinator
