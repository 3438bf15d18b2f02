#include "delivery/curl_transfer.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"

namespace dsr {
namespace {

long Milliseconds(absl::Duration duration) {
  // libcurl takes 0 for its own default.
  return std::max<long>(1, static_cast<long>(absl::ToInt64Milliseconds(duration)));
}

}  // namespace

void CurlList::Add(const std::string& text) {
  // Returns the head, which is new only for the first element; nothing when there is no memory.
  curl_slist* head = curl_slist_append(list_.get(), text.c_str());
  if (head != nullptr && head != list_.get()) list_.reset(head);
}

// libcurl sets itself up with the first handle, and since 7.84 under a lock of its own.
CurlTransfer::CurlTransfer(const std::string& url, const std::string& protocols,
                           const TransferTimeouts& timeouts, const std::string& ca_file,
                           CurlHandle handle)
    : handle_(handle != nullptr ? std::move(handle) : CurlHandle(curl_easy_init())) {
  Set(CURLOPT_URL, url.c_str());
  Set(CURLOPT_PROTOCOLS_STR, protocols.c_str());
  Set(CURLOPT_FOLLOWLOCATION, 0L);
  // Empty, not unset: unset, the environment would name one.
  Set(CURLOPT_PROXY, "");
  // Signals would reach other threads.
  Set(CURLOPT_NOSIGNAL, 1L);
  Set(CURLOPT_CONNECTTIMEOUT_MS, Milliseconds(timeouts.connect));
  Set(CURLOPT_TIMEOUT_MS, Milliseconds(timeouts.total));
  Set(CURLOPT_SSL_VERIFYPEER, 1L);
  Set(CURLOPT_SSL_VERIFYHOST, 2L);
  Set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!ca_file.empty()) {
    Set(CURLOPT_CAINFO, ca_file.c_str());
    Set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
  Set(CURLOPT_WRITEFUNCTION, &CurlTransfer::Receive);
  Set(CURLOPT_WRITEDATA, this);
}

size_t CurlTransfer::Receive(char* data, size_t size, size_t count, void* transfer) {
  auto* self = static_cast<CurlTransfer*>(transfer);
  self->answer_bytes_ += size * count;
  if (self->answer_bytes_ <= kMostAnswerBytes) {
    if (self->keeps_answer_) self->answer_.append(data, size * count);
    return size * count;
  }
  self->was_cut_off_ = true;
  return 0;
}

CURLcode CurlTransfer::Perform() {
  if (!is_ready_) return CURLE_FAILED_INIT;
  const CURLcode result = curl_easy_perform(handle_.get());
  return result == CURLE_WRITE_ERROR && was_cut_off_ ? CURLE_OK : result;
}

long CurlTransfer::ResponseCode() const {
  long code = 0;
  if (handle_ != nullptr) curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &code);
  return code;
}

std::string CurlTransfer::ResponseHeader(const char* name) const {
  curl_header* header = nullptr;
  if (handle_ == nullptr ||
      curl_easy_header(handle_.get(), name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK) {
    return "";
  }
  return header->value;
}

CurlHandle CurlTransfer::TakeHandle() {
  // Connections and the names resolved for them stay; every option and pointer goes.
  if (handle_ != nullptr) curl_easy_reset(handle_.get());
  return std::move(handle_);
}

std::string CurlTransfer::FailureCode(CURLcode result) const {
  switch (result) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return "name-resolution";
    case CURLE_COULDNT_CONNECT: {
      long error = 0;
      curl_easy_getinfo(handle_.get(), CURLINFO_OS_ERRNO, &error);
      return error == ECONNREFUSED ? "connection-refused" : "unreachable";
    }
    case CURLE_OPERATION_TIMEDOUT:
      return "timeout";
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_USE_SSL_FAILED:
      return "tls";
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE:
      return "connection-lost";
    default:
      return absl::StrCat("transport-", static_cast<int>(result));
  }
}

}  // namespace dsr
