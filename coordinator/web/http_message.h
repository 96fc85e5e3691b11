/// HTTP requests and answers as plain values; the library that carries them stays in this room.
#pragma once

#include <map>
#include <string>

namespace signet::coordinator {

struct HttpRequest {
  std::string method;  ///< "GET", "POST"
  std::string path;    ///< decoded, without the query; starts with '/'
  std::map<std::string, std::string, std::less<>> query;    ///< decoded
  std::map<std::string, std::string, std::less<>> headers;  ///< names in lower case
  std::string body;
};

struct HttpAnswer {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::map<std::string, std::string, std::less<>> headers;  ///< beside the content type
};

}  // namespace signet::coordinator
