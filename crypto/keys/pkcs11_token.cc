#include "crypto/keys/pkcs11_token.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <mutex>
#include <utility>
#include <vector>

#include <dlfcn.h>
#include <p11-kit/pkcs11.h>

#include "crypto/base/check.h"

namespace signet::crypto {
namespace {

constexpr size_t kKeyBytes = 32;
constexpr size_t kObjectsMax = 4096;
constexpr std::string_view kApplication = "signet";

/// What a return code means for the caller; never holds data.
Status TokenError(const std::string& what, CK_RV code) {
  const std::string message =
      "the token cannot " + what + " (PKCS#11 code " + std::to_string(code) + ")";
  switch (code) {
    case CKR_PIN_INCORRECT:
    case CKR_PIN_INVALID:
    case CKR_PIN_LEN_RANGE:
      return Invalid("the token refuses the PIN")
          .WithRemedy("check the PIN file; a token locks itself after a few wrong PINs");
    case CKR_PIN_LOCKED:
      return Invalid("the token's PIN is locked")
          .WithRemedy("have its security officer set a new PIN");
    case CKR_HOST_MEMORY:
    case CKR_DEVICE_MEMORY:
    case CKR_SESSION_COUNT:
      return Exhausted(message);
    case CKR_MECHANISM_INVALID:
    case CKR_ATTRIBUTE_TYPE_INVALID:
    case CKR_TEMPLATE_INCONSISTENT:
      return Invalid(message).WithRemedy(
          "the token must offer CKM_GENERIC_SECRET_KEY_GEN and CKM_SHA256_HMAC");
    default:
      return Unavailable(message);
  }
}

Status Check(const std::string& what, CK_RV code) {
  return code == CKR_OK ? OkStatus() : TokenError(what, code);
}

class Module;

struct LoadedModules {
  std::mutex mutex;
  std::map<std::string, std::weak_ptr<Module>> by_path;
};

/// A loaded module; finalised when the last token on it is closed.
class Module {
 public:
  /// One object per path while it is in use: a module may be initialised once per process only.
  static Result<std::shared_ptr<Module>> Load(const std::filesystem::path& path) {
    // Lives as long as the process.
    // NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables)
    static LoadedModules* const kLoaded = new LoadedModules;
    const std::lock_guard lock(kLoaded->mutex);
    std::weak_ptr<Module>& slot = kLoaded->by_path[path.string()];
    if (std::shared_ptr<Module> there = slot.lock()) return there;
    std::shared_ptr<Module> module(new Module);
    TRY(module->Start(path));
    slot = module;
    return module;
  }
  ~Module() {
    if (functions_ != nullptr) functions_->C_Finalize(nullptr);
    // Not unloaded: modules register handlers that run at the program's end.
  }
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  CK_FUNCTION_LIST* operator->() const { return functions_; }

 private:
  Module() = default;

  Status Start(const std::filesystem::path& path) {
    void* const library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
      return NotFound("cannot load the PKCS#11 module " + path.string())
          .WithRemedy("install the token's module, and name its .so file");
    }
    // dlsym gives a data pointer; POSIX promises that it holds a function's.
    const auto get_list =
        reinterpret_cast<CK_C_GetFunctionList>(::dlsym(library, "C_GetFunctionList"));
    CK_FUNCTION_LIST* functions = nullptr;
    if (get_list == nullptr || get_list(&functions) != CKR_OK || functions == nullptr) {
      return Invalid(path.string() + " is no PKCS#11 module");
    }
    CK_C_INITIALIZE_ARGS arguments{};
    arguments.flags = CKF_OS_LOCKING_OK;
    const CK_RV code = functions->C_Initialize(&arguments);
    if (code != CKR_OK && code != CKR_CRYPTOKI_ALREADY_INITIALIZED) {
      return TokenError("start its module", code);
    }
    functions_ = functions;
    return OkStatus();
  }

  CK_FUNCTION_LIST* functions_ = nullptr;
};

/// The attributes of one object, as PKCS#11 takes them. What is added must outlive it.
class Template {
 public:
  Template& Add(CK_ATTRIBUTE_TYPE type, std::string_view text) {
    // The standard takes attributes without const, and only reads those of a search or a creation.
    attributes_.push_back({type, const_cast<char*>(text.data()), text.size()});
    return *this;
  }
  Template& Add(CK_ATTRIBUTE_TYPE type, const CK_ULONG& number) {
    attributes_.push_back({type, const_cast<CK_ULONG*>(&number), sizeof(number)});
    return *this;
  }
  Template& Add(CK_ATTRIBUTE_TYPE type, bool value) {
    static CK_BBOOL yes = CK_TRUE;
    static CK_BBOOL no = CK_FALSE;
    attributes_.push_back({type, value ? &yes : &no, sizeof(CK_BBOOL)});
    return *this;
  }
  CK_ATTRIBUTE* data() { return attributes_.data(); }
  [[nodiscard]] CK_ULONG size() const { return attributes_.size(); }

 private:
  std::vector<CK_ATTRIBUTE> attributes_;
};

constexpr CK_ULONG kSecretKey = CKO_SECRET_KEY;
constexpr CK_ULONG kData = CKO_DATA;
constexpr CK_ULONG kGeneric = CKK_GENERIC_SECRET;
constexpr CK_ULONG kKeyLength = kKeyBytes;

/// A label padded with blanks, as token information holds it.
std::string Unpadded(const unsigned char* text, size_t size) {
  std::string label(text, text + size);
  label.erase(label.find_last_not_of(' ') + 1);
  return label;
}

class Session final : public Pkcs11Token {
 public:
  explicit Session(std::shared_ptr<Module> module) : module_(std::move(module)) {}
  ~Session() override {
    if (session_ != CK_INVALID_HANDLE) (*module_)->C_CloseSession(session_);
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  Status Begin(const std::string& token, const SecretBytes& pin) {
    ASSIGN_OR_RETURN(const CK_SLOT_ID slot, SlotOf(token));
    TRY(Check("open a session",
              (*module_)->C_OpenSession(
                  slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, nullptr, nullptr, &session_)));
    SecretBytes copy = pin.Clone();
    const ByteSpan digits = copy.ExposeSecretForWrite();
    const CK_RV code = (*module_)->C_Login(session_, CKU_USER, digits.data(), digits.size());
    // Another session of this process on the same token is enough.
    return code == CKR_USER_ALREADY_LOGGED_IN ? OkStatus() : Check("log in", code);
  }

  Result<bool> HasKey(const std::string& label) override {
    const std::lock_guard lock(mutex_);
    ASSIGN_OR_RETURN(const auto found, Find(kSecretKey, label));
    return !found.empty();
  }

  Status MakeKey(const std::string& label) override {
    const std::lock_guard lock(mutex_);
    ASSIGN_OR_RETURN(const auto found, Find(kSecretKey, label));
    if (!found.empty()) return Conflict("the token has a key '" + label + "' already");
    CK_MECHANISM mechanism{CKM_GENERIC_SECRET_KEY_GEN, nullptr, 0};
    Template key;
    key.Add(CKA_CLASS, kSecretKey).Add(CKA_KEY_TYPE, kGeneric).Add(CKA_VALUE_LEN, kKeyLength);
    key.Add(CKA_TOKEN, /*value=*/true)
        .Add(CKA_PRIVATE, /*value=*/true)
        .Add(CKA_SENSITIVE, /*value=*/true);
    key.Add(CKA_EXTRACTABLE, /*value=*/false).Add(CKA_SIGN, /*value=*/true).Add(CKA_LABEL, label);
    CK_OBJECT_HANDLE handle = CK_INVALID_HANDLE;
    return Check("make a key",
                 (*module_)->C_GenerateKey(session_, &mechanism, key.data(), key.size(), &handle));
  }

  Status CheckNeverLeaves(const std::string& label) override {
    const std::lock_guard lock(mutex_);
    ASSIGN_OR_RETURN(const CK_OBJECT_HANDLE key, One(kSecretKey, label));
    CK_BBOOL sensitive = CK_FALSE;
    CK_BBOOL always_hidden = CK_FALSE;
    std::array<CK_ATTRIBUTE, 2> attributes{
        CK_ATTRIBUTE{CKA_SENSITIVE, &sensitive, sizeof(sensitive)},
        CK_ATTRIBUTE{CKA_NEVER_EXTRACTABLE, &always_hidden, sizeof(always_hidden)}};
    TRY(Check(
        "say what its key may do",
        (*module_)->C_GetAttributeValue(session_, key, attributes.data(), attributes.size())));
    if (sensitive == CK_TRUE && always_hidden == CK_TRUE) return OkStatus();
    return Invalid("the token would give the key '" + label + "' away")
        .WithRemedy("let `signet keys init` make the key in the token; do not import one");
  }

  Result<SecretBytes> Mac(const std::string& label, ByteView message) override {
    const std::lock_guard lock(mutex_);
    ASSIGN_OR_RETURN(const CK_OBJECT_HANDLE key, One(kSecretKey, label));
    CK_MECHANISM mechanism{CKM_SHA256_HMAC, nullptr, 0};
    TRY(Check("use its key", (*module_)->C_SignInit(session_, &mechanism, key)));
    Bytes input(message.begin(), message.end());
    SecretBytes mac(kKeyBytes);
    const ByteSpan out = mac.ExposeSecretForWrite();
    CK_ULONG size = out.size();
    TRY(Check("use its key",
              (*module_)->C_Sign(session_, input.data(), input.size(), out.data(), &size)));
    if (size != kKeyBytes) return Internal("the token's HMAC-SHA-256 has another size");
    return mac;
  }

  Status DestroyKey(const std::string& label) override { return Destroy(kSecretKey, label); }
  Status DropNote(const std::string& label) override { return Destroy(kData, label); }

  Result<std::vector<std::string>> Keys(std::string_view prefix) override {
    const std::lock_guard lock(mutex_);
    ASSIGN_OR_RETURN(const auto found, Find(kSecretKey, ""));
    std::vector<std::string> labels;
    for (const CK_OBJECT_HANDLE handle : found) {
      ASSIGN_OR_RETURN(std::string label, TextOf(handle, CKA_LABEL));
      if (label.starts_with(prefix)) labels.push_back(std::move(label));
    }
    return labels;
  }

  Result<std::map<std::string, std::string>> Notes(std::string_view prefix) override {
    const std::lock_guard lock(mutex_);
    ASSIGN_OR_RETURN(const auto found, Find(kData, ""));
    std::map<std::string, std::string> notes;
    for (const CK_OBJECT_HANDLE handle : found) {
      ASSIGN_OR_RETURN(std::string label, TextOf(handle, CKA_LABEL));
      if (!label.starts_with(prefix)) continue;
      ASSIGN_OR_RETURN(notes[label], TextOf(handle, CKA_VALUE));
    }
    return notes;
  }

  Status PutNote(const std::string& label, std::string_view text) override {
    const std::lock_guard lock(mutex_);
    Template note;
    note.Add(CKA_CLASS, kData).Add(CKA_TOKEN, /*value=*/true).Add(CKA_PRIVATE, /*value=*/true);
    note.Add(CKA_APPLICATION, kApplication).Add(CKA_LABEL, label).Add(CKA_VALUE, text);
    CK_OBJECT_HANDLE handle = CK_INVALID_HANDLE;
    return Check("keep a note",
                 (*module_)->C_CreateObject(session_, note.data(), note.size(), &handle));
  }

 private:
  Result<CK_SLOT_ID> SlotOf(const std::string& token) {
    CK_ULONG count = 0;
    TRY(Check("list slots", (*module_)->C_GetSlotList(CK_TRUE, nullptr, &count)));
    std::vector<CK_SLOT_ID> slots(count);
    TRY(Check("list slots", (*module_)->C_GetSlotList(CK_TRUE, slots.data(), &count)));
    slots.resize(count);
    for (const CK_SLOT_ID slot : slots) {
      CK_TOKEN_INFO facts{};
      if ((*module_)->C_GetTokenInfo(slot, &facts) != CKR_OK) continue;
      if (Unpadded(facts.label, sizeof(facts.label)) == token) return slot;
    }
    return NotFound("no token is labelled '" + token + "'")
        .WithRemedy("plug it in, or name one that is there (softhsm2-util --show-slots)");
  }

  /// All objects of that class; `label` empty: of any label. The caller holds the mutex.
  Result<std::vector<CK_OBJECT_HANDLE>> Find(const CK_ULONG& kind, const std::string& label) {
    Template wanted;
    wanted.Add(CKA_CLASS, kind).Add(CKA_TOKEN, /*value=*/true);
    if (!label.empty()) wanted.Add(CKA_LABEL, label);
    TRY(Check("search", (*module_)->C_FindObjectsInit(session_, wanted.data(), wanted.size())));
    std::vector<CK_OBJECT_HANDLE> found(kObjectsMax);
    CK_ULONG count = 0;
    const CK_RV code = (*module_)->C_FindObjects(session_, found.data(), found.size(), &count);
    (*module_)->C_FindObjectsFinal(session_);
    TRY(Check("search", code));
    if (count == kObjectsMax) return Exhausted("the token holds too many objects");
    found.resize(count);
    return found;
  }

  Result<CK_OBJECT_HANDLE> One(const CK_ULONG& kind, const std::string& label) {
    ASSIGN_OR_RETURN(const auto found, Find(kind, label));
    if (found.empty()) return NotFound("the token has no '" + label + "'");
    if (found.size() > 1) return Corrupt("the token has two objects '" + label + "'");
    return found.front();
  }

  Result<std::string> TextOf(CK_OBJECT_HANDLE handle, CK_ATTRIBUTE_TYPE type) {
    CK_ATTRIBUTE attribute{type, nullptr, 0};
    TRY(Check("read", (*module_)->C_GetAttributeValue(session_, handle, &attribute, 1)));
    std::string text(attribute.ulValueLen, '\0');
    attribute.pValue = text.data();
    TRY(Check("read", (*module_)->C_GetAttributeValue(session_, handle, &attribute, 1)));
    text.resize(attribute.ulValueLen);
    return text;
  }

  Status Destroy(const CK_ULONG& kind, const std::string& label) {
    const std::lock_guard lock(mutex_);
    ASSIGN_OR_RETURN(const auto found, Find(kind, label));
    for (const CK_OBJECT_HANDLE handle : found) {
      TRY(Check("destroy", (*module_)->C_DestroyObject(session_, handle)));
    }
    return OkStatus();
  }

  std::shared_ptr<Module> module_;
  CK_SESSION_HANDLE session_ = CK_INVALID_HANDLE;
  std::mutex mutex_;  // a session does one thing at a time
};

}  // namespace

Result<std::unique_ptr<Pkcs11Token>> Pkcs11Token::Open(const std::filesystem::path& module,
                                                       const std::string& token,
                                                       const SecretBytes& pin) {
  ASSIGN_OR_RETURN(std::shared_ptr<Module> loaded, Module::Load(module));
  auto session = std::make_unique<Session>(std::move(loaded));
  TRY(session->Begin(token, pin));
  return std::unique_ptr<Pkcs11Token>(std::move(session));
}

}  // namespace signet::crypto
