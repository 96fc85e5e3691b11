/// Membership lookups for marketing systems. Clients connect with mutual TLS (binary protocol,
/// buffered transport); the certificate's identity decides the recipient, so that no call names one.
namespace cpp signet.api
namespace py signet_api
namespace js signet_api

enum ErrorCode {
  INVALID = 1,      ///< the caller fixes the request
  NOT_FOUND = 2,    ///< no such snapshot or segment for this recipient
  DENIED = 3,       ///< this certificate may not
  EXHAUSTED = 4,    ///< a rate or size limit: wait and ask again
  UNAVAILABLE = 5   ///< nothing is served yet, or a snapshot has expired
}

exception RequestError {
  1: ErrorCode code
  2: string message
}

struct SegmentInfo {
  1: string snapshot
  2: string version
  3: string segment
  4: i64 members     ///< at publication, before withdrawals
  5: string definition  ///< JSON
}

struct Manifest {
  1: string json     ///< canonical JSON, the bytes that are signed
  2: string note     ///< the signed note (C2SP): verify it with the log's key
}

/// One answer of resolve. `found` is false for an identifier that is in no served segment: absent,
/// withdrawn and unknown are told apart by nobody.
struct Resolved {
  1: bool found
  2: binary token
}

struct Diff {
  1: list<binary> joined
  2: list<binary> left
  3: bool more       ///< ask again with `after` = the last token received
}

/// A token is 16 bytes: the UUID in RFC 9562 byte order. At most 100,000 tokens a call.
service SegmentService {
  bool isMember(1: string snapshot, 2: string segment, 3: binary token) throws (1: RequestError error)
  /// `tokens` is n x 16 bytes; the answer has n bytes, 1 for a member and 0 for none.
  binary isMemberBatch(1: string snapshot, 2: string segment, 3: binary tokens) throws (1: RequestError error)
  list<string> segmentsOf(1: string snapshot, 2: binary token) throws (1: RequestError error)
  /// Tokens of the recipient's own identifiers, where the publication released them (identify_by).
  /// Rate-limited and counted.
  list<Resolved> resolve(1: string snapshot, 2: list<string> identifiers) throws (1: RequestError error)
  list<SegmentInfo> listSegments() throws (1: RequestError error)
  Manifest getManifest(1: string snapshot) throws (1: RequestError error)
  /// Joined and left between `fromVersion` and the current version, tokens ascending, at most
  /// 10,000 a call. An empty segment name compares membership in any.
  Diff diff(1: string snapshot, 2: string fromVersion, 3: string segment, 4: binary after) throws (1: RequestError error)
}
