#include "coordinator/scheduler/record.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "coordinator/scheduler/spec_extension.h"
#include "crypto/base/bytes.h"

namespace signet::coordinator {

namespace {

void AppendI64(Bytes& to, int64_t value) {
  AppendU64(to, static_cast<uint64_t>(value));
}
void AppendBool(Bytes& to, bool value) {
  to.push_back(value ? 1 : 0);
}

Result<int64_t> I64(ByteReader& from) {
  ASSIGN_OR_RETURN(const uint64_t raw, from.U64());
  return static_cast<int64_t>(raw);
}

Result<bool> Bool(ByteReader& from) {
  ASSIGN_OR_RETURN(const uint8_t raw, from.U8());
  if (raw > 1) return Corrupt("a flag is neither 0 nor 1");
  return raw == 1;
}

Result<int> Int(ByteReader& from) {
  ASSIGN_OR_RETURN(const uint32_t raw, from.U32());
  return static_cast<int>(raw);
}

Result<std::string> Text(ByteReader& from) {
  ASSIGN_OR_RETURN(const ByteView raw, from.Field());
  return std::string(AsText(raw));
}

void EncodeStep(const StepSpec& step, Bytes& to) {
  AppendField(to, step.id.text());
  AppendU32(to, static_cast<uint32_t>(step.tasks));
  AppendBool(to, step.local);
  AppendBool(to, step.allow_failure);
  AppendU32(to, static_cast<uint32_t>(step.retry.failures_max));
  AppendI64(to, step.retry.delay_ms_base);
  AppendI64(to, step.retry.delay_ms_max);
  AppendI64(to, step.timeouts.attempt_ms);
  AppendI64(to, step.timeouts.queue_ms);
  AppendField(to, step.pool);
  AppendU32(to, static_cast<uint32_t>(step.after.size()));
  for (const Dependency& edge : step.after) {
    AppendField(to, edge.step.text());
    AppendBool(to, edge.partitionwise);
  }
}

Result<StepSpec> DecodeStep(ByteReader& from) {
  StepSpec step;
  ASSIGN_OR_RETURN(std::string id, Text(from));
  step.id = StepId(std::move(id));
  ASSIGN_OR_RETURN(step.tasks, Int(from));
  ASSIGN_OR_RETURN(step.local, Bool(from));
  ASSIGN_OR_RETURN(step.allow_failure, Bool(from));
  ASSIGN_OR_RETURN(step.retry.failures_max, Int(from));
  ASSIGN_OR_RETURN(step.retry.delay_ms_base, I64(from));
  ASSIGN_OR_RETURN(step.retry.delay_ms_max, I64(from));
  ASSIGN_OR_RETURN(step.timeouts.attempt_ms, I64(from));
  ASSIGN_OR_RETURN(step.timeouts.queue_ms, I64(from));
  ASSIGN_OR_RETURN(step.pool, Text(from));
  ASSIGN_OR_RETURN(const uint32_t edges, from.U32());
  for (uint32_t i = 0; i < edges; ++i) {
    Dependency edge;
    ASSIGN_OR_RETURN(std::string before, Text(from));
    edge.step = StepId(std::move(before));
    ASSIGN_OR_RETURN(edge.partitionwise, Bool(from));
    step.after.push_back(std::move(edge));
  }
  return step;
}

void EncodeTask(const Record& record, Bytes& to) {
  AppendU32(to, record.run);
  AppendU32(to, record.step);
  AppendU32(to, record.task);
  AppendU64(to, record.fence);
}

Status DecodeTask(ByteReader& from, Record& record) {
  ASSIGN_OR_RETURN(record.run, from.U32());
  ASSIGN_OR_RETURN(record.step, from.U32());
  ASSIGN_OR_RETURN(record.task, from.U32());
  ASSIGN_OR_RETURN(record.fence, from.U64());
  return OkStatus();
}

Status DecodeAccepted(ByteReader& from, Record& record) {
  ASSIGN_OR_RETURN(record.run, from.U32());
  const bool first = record.type == RecordType::kRunAccepted;
  ASSIGN_OR_RETURN(RunSpec spec,
                   DecodeRunSpec(from, first ? SpecFormat::kFirst : SpecFormat::kExtended));
  record.spec = std::make_shared<const RunSpec>(std::move(spec));
  ASSIGN_OR_RETURN(record.wall.micros, I64(from));
  return OkStatus();
}

Status DecodeEnd(ByteReader& from, Record& record) {
  TRY(DecodeTask(from, record));
  ASSIGN_OR_RETURN(record.wall.micros, I64(from));
  ASSIGN_OR_RETURN(record.delay_micros, I64(from));
  if (record.type == RecordType::kSucceeded) {
    ASSIGN_OR_RETURN(record.rows, I64(from));
    return OkStatus();
  }
  if (record.type != RecordType::kTaskFailed) {
    ASSIGN_OR_RETURN(record.counted, Bool(from));
  }
  return DecodeStatus(from, record.failure);
}

Status DecodeBody(ByteReader& from, Record& record) {
  switch (record.type) {
    case RecordType::kRunAccepted:
    case RecordType::kRunAccepted2:
      return DecodeAccepted(from, record);
    case RecordType::kWorkerNamed: {
      ASSIGN_OR_RETURN(record.worker, from.U32());
      ASSIGN_OR_RETURN(record.text, Text(from));
      return OkStatus();
    }
    case RecordType::kLeased:
    case RecordType::kSecondLeased: {
      TRY(DecodeTask(from, record));
      ASSIGN_OR_RETURN(record.worker, from.U32());
      ASSIGN_OR_RETURN(record.wall.micros, I64(from));
      return OkStatus();
    }
    case RecordType::kSucceeded:
    case RecordType::kAttemptLost:
    case RecordType::kTaskFailed:
    case RecordType::kAttemptDropped:
      return DecodeEnd(from, record);
    case RecordType::kApproved: {
      ASSIGN_OR_RETURN(record.run, from.U32());
      ASSIGN_OR_RETURN(record.step, from.U32());
      ASSIGN_OR_RETURN(record.wall.micros, I64(from));
      ASSIGN_OR_RETURN(record.text, Text(from));
      return OkStatus();
    }
    case RecordType::kRunCancelled: {
      ASSIGN_OR_RETURN(record.run, from.U32());
      ASSIGN_OR_RETURN(record.wall.micros, I64(from));
      return DecodeStatus(from, record.failure);
    }
  }
  return Corrupt("a journal record has an unknown type");
}

}  // namespace

void EncodeStatus(const Status& status, Bytes& to) {
  AppendField(to, StatusCodeName(status.code()));
  AppendField(to, status.message());
  AppendField(to, status.diagnostic());
  AppendField(to, status.remedy());
}

Status DecodeStatus(ByteReader& from, Status& to) {
  ASSIGN_OR_RETURN(const std::string code, Text(from));
  ASSIGN_OR_RETURN(std::string message, Text(from));
  ASSIGN_OR_RETURN(std::string diagnostic, Text(from));
  ASSIGN_OR_RETURN(std::string remedy, Text(from));
  to = Status(StatusCodeFromName(code), std::move(message))
           .WithDiagnostic(std::move(diagnostic))
           .WithRemedy(std::move(remedy));
  return OkStatus();
}

namespace {

void EncodeFirstSpec(const RunSpec& spec, Bytes& to) {
  AppendField(to, spec.id.text());
  AppendField(to, spec.pipeline);
  AppendField(to, spec.context);
  AppendI64(to, spec.total_ms);
  AppendU32(to, static_cast<uint32_t>(spec.pools.size()));
  for (const auto& pool : spec.pools) {
    AppendField(to, pool.first);
    AppendU32(to, static_cast<uint32_t>(pool.second));
  }
  AppendU32(to, static_cast<uint32_t>(spec.steps.size()));
  for (const StepSpec& step : spec.steps) EncodeStep(step, to);
}

}  // namespace

void EncodeRunSpec(const RunSpec& spec, Bytes& to) {
  EncodeFirstSpec(spec, to);
  AppendField(to, ExtensionOf(spec));
}

Result<RunSpec> DecodeRunSpec(ByteReader& from, SpecFormat format) {
  RunSpec spec;
  ASSIGN_OR_RETURN(std::string id, Text(from));
  spec.id = RunId(std::move(id));
  ASSIGN_OR_RETURN(spec.pipeline, Text(from));
  ASSIGN_OR_RETURN(spec.context, Text(from));
  ASSIGN_OR_RETURN(spec.total_ms, I64(from));
  ASSIGN_OR_RETURN(const uint32_t pools, from.U32());
  for (uint32_t i = 0; i < pools; ++i) {
    ASSIGN_OR_RETURN(const std::string name, Text(from));
    ASSIGN_OR_RETURN(spec.pools[name], Int(from));
  }
  ASSIGN_OR_RETURN(const uint32_t steps, from.U32());
  for (uint32_t i = 0; i < steps; ++i) {
    ASSIGN_OR_RETURN(StepSpec step, DecodeStep(from));
    spec.steps.push_back(std::move(step));
  }
  if (format == SpecFormat::kExtended) {
    ASSIGN_OR_RETURN(const std::string extension, Text(from));
    TRY(ApplyExtension(extension, spec));
  }
  if (const Status checked = CheckRunSpec(spec); !checked.ok()) {
    return Corrupt("a journalled run is not valid: " + checked.message());
  }
  return spec;
}

void EncodeRecord(const Record& record, Bytes& to) {
  to.push_back(static_cast<uint8_t>(record.type));
  switch (record.type) {
    case RecordType::kRunAccepted:
    case RecordType::kRunAccepted2:
      AppendU32(to, record.run);
      EncodeFirstSpec(*record.spec, to);
      if (record.type == RecordType::kRunAccepted2) AppendField(to, ExtensionOf(*record.spec));
      AppendI64(to, record.wall.micros);
      return;
    case RecordType::kWorkerNamed:
      AppendU32(to, record.worker);
      AppendField(to, record.text);
      return;
    case RecordType::kLeased:
    case RecordType::kSecondLeased:
      EncodeTask(record, to);
      AppendU32(to, record.worker);
      AppendI64(to, record.wall.micros);
      return;
    case RecordType::kSucceeded:
    case RecordType::kAttemptLost:
    case RecordType::kTaskFailed:
    case RecordType::kAttemptDropped:
      EncodeTask(record, to);
      AppendI64(to, record.wall.micros);
      AppendI64(to, record.delay_micros);
      if (record.type == RecordType::kSucceeded) return AppendI64(to, record.rows);
      if (record.type != RecordType::kTaskFailed) AppendBool(to, record.counted);
      return EncodeStatus(record.failure, to);
    case RecordType::kApproved:
      AppendU32(to, record.run);
      AppendU32(to, record.step);
      AppendI64(to, record.wall.micros);
      return AppendField(to, record.text);
    case RecordType::kRunCancelled:
      AppendU32(to, record.run);
      AppendI64(to, record.wall.micros);
      return EncodeStatus(record.failure, to);
  }
}

Result<Record> DecodeRecord(ByteReader& from) {
  Record record;
  ASSIGN_OR_RETURN(const uint8_t type, from.U8());
  if (type < 1 || type > static_cast<uint8_t>(RecordType::kAttemptDropped)) {
    return Corrupt("a journal record has the unknown type " + std::to_string(type));
  }
  record.type = static_cast<RecordType>(type);
  TRY(DecodeBody(from, record));
  return record;
}

}  // namespace signet::coordinator
