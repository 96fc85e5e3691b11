#include "tests/crypto/primitives/nist_vectors.h"

#include <fstream>
#include <iostream>

#include <gtest/gtest.h>

#include "crypto/base/text.h"

#ifndef SIGNET_VECTOR_FOLDER
#define SIGNET_VECTOR_FOLDER ""
#endif

namespace signet::crypto::vector_testing {
namespace {

/// "Key = 00ff" into the vector; a bare word as a field without value.
void TakeField(std::string_view line, Vector& vector) {
  const size_t equals = line.find('=');
  if (equals == std::string_view::npos) {
    vector[std::string(line)] = "";
    return;
  }
  vector[std::string(Trim(line.substr(0, equals)))] = std::string(Trim(line.substr(equals + 1)));
}

void Judge(const Vector& vector,
           const std::function<Verdict(const Vector&)>& run,
           VectorCount& count) {
  const bool invalid = vector.count("FAIL") != 0;
  switch (run(vector)) {
    case Verdict::kPassed:
      ++(invalid ? count.invalid : count.valid);
      break;
    case Verdict::kNotOffered:
      ++count.not_offered;
      break;
    case Verdict::kFailed: {
      ++count.failed;
      const auto number = vector.find("COUNT");
      ADD_FAILURE() << "vector " << (number != vector.end() ? number->second : "?");
      break;
    }
  }
}

}  // namespace

std::filesystem::path VectorFolder() {
  return SIGNET_VECTOR_FOLDER;
}

Bytes Field(const Vector& vector, const std::string& name) {
  const auto field = vector.find(name);
  if (field == vector.end()) return {};
  std::string digits = field->second;
  for (char& digit : digits) {
    if (digit >= 'A' && digit <= 'F') digit = static_cast<char>(digit - 'A' + 'a');
  }
  return FromHex(digits).value();
}

VectorCount RunNist(const std::string& file,
                    const std::string& must_have,
                    const std::function<Verdict(const Vector&)>& run) {
  VectorCount count;
  std::ifstream lines(VectorFolder() / file);
  if (VectorFolder().empty() || !lines) {
    std::cout << "SKIPPED: python3-cryptography-vectors has no " << file << "\n";
    return count;
  }
  SCOPED_TRACE(file);
  Vector section;
  Vector vector;
  const auto finish = [&] {
    if (vector.count(must_have) != 0) {
      vector.insert(section.begin(), section.end());
      Judge(vector, run, count);
      vector.clear();
    }
  };
  for (std::string raw; std::getline(lines, raw);) {
    const std::string_view line = Trim(raw);
    if (line.empty()) {
      finish();
    } else if (line.front() == '[') {
      vector.clear();
      TakeField(line.substr(1, line.size() - 2), section);
    } else if (line.front() != '#') {
      TakeField(line, vector);
    }
  }
  finish();
  std::cout << "nist " << file << ": " << count.valid << " valid accepted, " << count.invalid
            << " invalid refused, " << count.not_offered << " not offered, " << count.failed
            << " failed\n";
  EXPECT_GT(count.valid, 0);
  return count;
}

}  // namespace signet::crypto::vector_testing
