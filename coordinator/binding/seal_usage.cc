#include "coordinator/binding/seal_usage.h"

#include <string>

#include "crypto/primitives/sealed_stream.h"

namespace signet::coordinator {
namespace {

uint64_t Chunks(const pipelines::Stream& stream) {
  if (stream.bytes <= crypto::kStreamHeaderBytes) return 0;
  const uint64_t body = stream.bytes - crypto::kStreamHeaderBytes;
  return (body + crypto::kSealedChunkBytes - 1) / crypto::kSealedChunkBytes;
}

}  // namespace

uint64_t SealCalls(const pipelines::TaskResult& result) {
  uint64_t calls = 0;
  for (const auto& [name, pieces] : result.outputs) {
    for (const pipelines::Piece& piece : pieces) {
      for (const pipelines::Stream& stream : piece.streams) calls += Chunks(stream);
    }
  }
  for (const pipelines::FactDelta& delta : result.facts) calls += Chunks(delta.stream);
  return calls;
}

void SealUsage::Add(const pipelines::Stream& stream) {
  calls_[stream.dek] += Chunks(stream);
}

void SealUsage::Add(const pipelines::TaskResult& result) {
  for (const auto& [name, pieces] : result.outputs) {
    for (const pipelines::Piece& piece : pieces) {
      for (const pipelines::Stream& stream : piece.streams) Add(stream);
    }
  }
  for (const pipelines::FactDelta& delta : result.facts) Add(delta.stream);
}

uint64_t SealUsage::Of(const DekId& dek) const {
  const auto found = calls_.find(dek);
  return found == calls_.end() ? 0 : found->second;
}

Status SealUsage::Check(const DekId& dek) const {
  const uint64_t calls = Of(dek);
  if (calls < kCallsMax) return OkStatus();
  return Exhausted("data key " + dek.text() + " has sealed " + std::to_string(calls) + " chunks")
      .WithRemedy("run the pipeline again with more partitions: each has keys of its own");
}

}  // namespace signet::coordinator
