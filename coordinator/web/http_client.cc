#include "coordinator/web/http_client.h"

#include <string>
#include <utility>

#include <httplib.h>

#include "crypto/base/line_text.h"

namespace signet::coordinator {
namespace {

constexpr size_t kAnswerBytesMax = size_t{1} << 20;

/// Makes a client and hands it to `call`.
template <typename Call>
Result<HttpAnswer> WithClient(const std::string& url, int seconds_max, Call call) {
  ASSIGN_OR_RETURN(const HttpUrl parts, HttpUrl::FromText(url));
  httplib::Client client(parts.scheme_host_port);
  if (!client.is_valid()) return Invalid("the URL cannot be used: " + ShownOnOneLine(url));
  client.set_connection_timeout(seconds_max);
  client.set_read_timeout(seconds_max);
  client.set_write_timeout(seconds_max);
  client.set_follow_location(false);
  const httplib::Result result = call(client, parts.path);
  if (!result) {
    return Unavailable("no answer from " + parts.scheme_host_port + ": " +
                       httplib::to_string(result.error()));
  }
  if (result->body.size() > kAnswerBytesMax) return Unavailable("the answer is too long");
  HttpAnswer answer;
  answer.status = result->status;
  answer.content_type = result->get_header_value("Content-Type");
  answer.body = result->body;
  return answer;
}

}  // namespace

Result<HttpUrl> HttpUrl::FromText(std::string_view text) {
  const Status wrong = Invalid("not an http URL: " + ShownOnOneLine(text));
  const bool https = text.starts_with("https://");
  if (!https && !text.starts_with("http://")) return wrong;
  const size_t host = https ? 8 : 7;
  const size_t slash = std::min(text.find('/', host), text.size());
  const std::string_view authority = text.substr(host, slash - host);
  if (authority.empty() || !IsOneLine(text) ||
      authority.find_first_of("@ ?#") != std::string_view::npos) {
    return wrong;
  }
  HttpUrl url;
  url.scheme_host_port = std::string(text.substr(0, slash));
  url.path = slash == text.size() ? "/" : std::string(text.substr(slash));
  return url;
}

Result<HttpAnswer> HttpPost(const std::string& url,
                            const std::string& body,
                            const std::string& content_type,
                            int seconds_max) {
  return WithClient(url, seconds_max, [&](httplib::Client& client, const std::string& path) {
    return client.Post(path, body, content_type);
  });
}

Result<HttpAnswer> HttpGet(const std::string& url, int seconds_max) {
  return WithClient(url, seconds_max, [&](httplib::Client& client, const std::string& path) {
    return client.Get(path);
  });
}

}  // namespace signet::coordinator
