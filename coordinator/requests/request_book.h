/// RequestBook: the requests of persons, durable; what names the person is sealed and dies with the
/// answer.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "coordinator/binding/state_folder.h"
#include "coordinator/requests/subject_finder.h"
#include "crypto/base/json.h"
#include "crypto/base/status.h"
#include "crypto/pseudonym/cover.h"
#include "crypto/store/kv_store.h"
#include "policies/rights/request.h"

namespace signet::coordinator {

/// A request with the person it is about.
struct KeptRequest {
  policies::RightsRequest request;
  LocatedSubject person;          ///< without subjects once nobody needs to know it
  Json secret;                    ///< what else only the answer needs: where to, which correction
  std::vector<std::string> refs;  ///< names of the person for the log entries to come
  Json facts{Json::Object()};     ///< what was touched: names and counts, never personal
};

/// Records in the store under "request/<id>": {request, refs, facts, dek, sealed}. `sealed` is
/// {person, secret} under a DEK of its own, so that it dies with a KEK generation; a closed
/// request, or one without a person, has neither. Belongs to one thread.
class RequestBook {
 public:
  explicit RequestBook(StateFolder& state) : state_(state) {}

  /// Puts the request as it is now into `batch`.
  Status Put(const KeptRequest& kept, crypto::WriteBatch& batch);
  /// Seals those that are not closed anew, with their links under the next cover; returns how many.
  Result<size_t> Renew(const crypto::CoverChange& links, crypto::WriteBatch& batch);
  /// Those that are not closed, with their persons, by id (which sorts by time).
  Result<std::vector<KeptRequest>> Open();
  /// All, closed ones too, without persons.
  Result<std::vector<KeptRequest>> All();
  /// kNotFound.
  Result<KeptRequest> Find(const std::string& id);

 private:
  Result<std::vector<KeptRequest>> Read(bool with_persons);
  Result<KeptRequest> Decode(const Json& record, bool with_person);
  Result<Json> Seal(const KeptRequest& kept, crypto::WriteBatch& batch);

  StateFolder& state_;
  std::map<std::string, Json> sealed_;  ///< {dek, sealed} by request, of those that have it
};

}  // namespace signet::coordinator
